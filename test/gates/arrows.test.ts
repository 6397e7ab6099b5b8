import { isBuiltin } from "node:module";
import { expect, test } from "vitest";
import { isRelativeSpecifier, packageOfSpecifier, resolveSpecifier } from "./source/module-specifier.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import {
  parsePackage,
  sourceFiles,
  type WorkspacePackage,
  workspacePackages,
} from "./source/workspace-package.ts";

/** Who may depend on whom: the table of the README. */
const ARROWS: ReadonlyMap<string, readonly string[]> = new Map([
  ["@kym/roi", []],
  ["@kym/zarr-store", []],
  ["@kym/legacy-io", ["@kym/zarr-store", "@kym/roi"]],
  ["@kym/kym-dataset", ["@kym/zarr-store", "@kym/roi"]],
  ["@kym/cli", ["@kym/zarr-store", "@kym/roi", "@kym/legacy-io", "@kym/kym-dataset"]],
  ["@kym/demos", ["@kym/zarr-store", "@kym/roi", "@kym/legacy-io", "@kym/kym-dataset", "@kym/cli"]],
]);

function arrowProblems(tree: SourceTree): readonly string[] {
  const packages = workspacePackages(tree);
  return packages.flatMap((member) => [
    ...manifestProblems(member),
    ...importProblems(tree, member, packages),
  ]);
}

function manifestProblems(member: WorkspacePackage): readonly string[] {
  const allowed = ARROWS.get(member.name);
  if (allowed === undefined) {
    return [`${member.folder}: ${member.name} is not in the table of arrows`];
  }
  return [...declaredBy(member)]
    .filter((name) => name.startsWith("@kym/") && !allowed.includes(name))
    .map((name) => `${member.folder}: ${member.name} → ${name} is no arrow of the table`);
}

function importProblems(
  tree: SourceTree,
  member: WorkspacePackage,
  packages: readonly WorkspacePackage[],
): readonly string[] {
  const declared = declaredBy(member);
  const forTests = new Set([
    ...declared,
    ...parsePackage("", tree.get("package.json") ?? "{}").devDependencies.keys(),
  ]);
  return sourceFiles(tree, member.folder).flatMap(({ path, module }) =>
    [...module.imports].flatMap((specifier) => {
      if (isRelativeSpecifier(specifier)) {
        const stays = resolveSpecifier(path, specifier).startsWith(`${member.folder}/`);
        return stays || path.endsWith(".config.ts") ? [] : [`${path}: ${specifier} leaves the package`];
      }
      const name = packageOfSpecifier(specifier);
      const target = packages.find((other) => other.name === name);
      if (target !== undefined && !target.entries.has(`.${specifier.slice(name.length)}`)) {
        return [`${path}: ${specifier} is no entry of ${name}`];
      }
      const known = path.startsWith(`${member.folder}/src/`) ? declared : forTests;
      const isKnown = isBuiltin(specifier) || name === member.name || known.has(name);
      return isKnown ? [] : [`${path}: ${name} is not declared in ${member.folder}/package.json`];
    }),
  );
}

function declaredBy(member: WorkspacePackage): ReadonlySet<string> {
  return new Set([
    ...member.dependencies.keys(),
    ...member.peerDependencies.keys(),
    ...member.devDependencies.keys(),
  ]);
}

// Ticket 3.
test("packages depend on each other only along the arrows, and import only what they declare", () => {
  expect(arrowProblems(readSourceTree())).toEqual([]);
});

test("every package of the table of arrows is there", () => {
  const names = workspacePackages(readSourceTree()).map(({ name }) => name);
  expect(names.toSorted()).toEqual([...ARROWS.keys()].toSorted());
});

test("an arrow against the table, an unknown package and every import that is not declared are found", () => {
  const tree = sourceTree({
    "package.json": JSON.stringify({ devDependencies: { vitest: "5.1.1" } }),
    "packages/roi/package.json": JSON.stringify({
      name: "@kym/roi",
      dependencies: { "@kym/zarr-store": "workspace:^" },
      exports: { ".": { "@kym/source": "./src/index.ts" } },
    }),
    "packages/roi/src/index.ts": `
      import { readFile } from "node:fs/promises";
      import type { Store } from "@kym/zarr-store/src/store.ts";
      import { root } from "../../zarr-store/src/root.ts";
      export * from "./rect.ts";
      export const table: Promise<import("apache-arrow").Table> = import("left-pad");`,
    "packages/roi/src/rect.ts": `import { test } from "vitest";`,
    "packages/roi/test/rect.test.ts": `import { test } from "vitest"; import { roi } from "@kym/roi";`,
    "packages/zarr-store/package.json": JSON.stringify({
      name: "@kym/zarr-store",
      exports: { ".": { "@kym/source": "./src/index.ts" } },
    }),
    "packages/extra/package.json": JSON.stringify({ name: "@kym/extra" }),
  });
  expect(arrowProblems(tree)).toEqual([
    "packages/roi: @kym/roi → @kym/zarr-store is no arrow of the table",
    "packages/roi/src/index.ts: @kym/zarr-store/src/store.ts is no entry of @kym/zarr-store",
    "packages/roi/src/index.ts: ../../zarr-store/src/root.ts leaves the package",
    "packages/roi/src/index.ts: apache-arrow is not declared in packages/roi/package.json",
    "packages/roi/src/index.ts: left-pad is not declared in packages/roi/package.json",
    "packages/roi/src/rect.ts: vitest is not declared in packages/roi/package.json",
    "packages/extra: @kym/extra is not in the table of arrows",
  ]);
});
