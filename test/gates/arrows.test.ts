// Checks which package may depend on which.

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

/** The allowed dependencies of each package, as in the table of the README. */
const ARROWS: ReadonlyMap<string, readonly string[]> = new Map([
  ["@kym/flow", []],
  ["@kym/roi", []],
  ["@kym/zarr-store", []],
  ["@kym/kym-schema", ["@kym/zarr-store", "@kym/roi"]],
  ["@kym/legacy-io", ["@kym/zarr-store", "@kym/roi", "@kym/kym-schema", "@kym/view"]],
  ["@kym/kym-dataset", ["@kym/zarr-store", "@kym/roi", "@kym/kym-schema", "@kym/flow", "@kym/view"]],
  ["@kym/view", ["@kym/roi", "@kym/kym-schema"]],
  [
    "@kym/viewer-elements",
    ["@kym/view", "@kym/roi", "@kym/kym-schema", "@kym/kym-dataset", "@kym/zarr-store"],
  ],
  [
    "@kym/cli",
    [
      "@kym/zarr-store",
      "@kym/roi",
      "@kym/kym-schema",
      "@kym/legacy-io",
      "@kym/kym-dataset",
      "@kym/view",
      "@kym/viewer-elements",
    ],
  ],
  [
    "@kym/demos",
    ["@kym/zarr-store", "@kym/roi", "@kym/kym-schema", "@kym/legacy-io", "@kym/kym-dataset", "@kym/cli"],
  ],
]);

/** What the tests of all packages share. It does not build on any package. */
const TEST_SUPPORT = "test/support/";

function arrowProblems(tree: SourceTree): readonly string[] {
  const packages = workspacePackages(tree);
  return packages.flatMap((member) => [
    ...manifestProblems(member),
    ...importProblems(tree, member, packages),
  ]);
}

/** Shared test code may read files. It must be usable by every package, so it imports none of them. */
function supportProblems(tree: SourceTree): readonly string[] {
  return sourceFiles(tree, TEST_SUPPORT.slice(0, -1)).flatMap(({ path, module }) =>
    [...module.imports]
      .filter((specifier) => !isBuiltin(specifier))
      .filter((specifier) => !isRelativeSpecifier(specifier) || leavesSupport(path, specifier))
      .map((specifier) => `${path}: ${specifier} is not Node's, and support builds on nothing else`),
  );
}

function leavesSupport(path: string, specifier: string): boolean {
  return !resolveSpecifier(path, specifier).startsWith(TEST_SUPPORT);
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
        const target = resolveSpecifier(path, specifier);
        const stays = target.startsWith(`${member.folder}/`);
        const isSupport = target.startsWith(TEST_SUPPORT) && path.startsWith(`${member.folder}/test/`);
        const may = stays || isSupport || path.endsWith(".config.ts");
        return may ? [] : [`${path}: ${specifier} leaves the package`];
      }
      if (specifier.startsWith("#")) {
        return member.ownImports.has(specifier)
          ? []
          : [`${path}: ${specifier} is not in imports of package.json`];
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

test("packages depend on each other only along the arrows, and import only what they declare", () => {
  expect(arrowProblems(readSourceTree())).toEqual([]);
});

test("what the tests of all packages share builds on Node alone", () => {
  expect(supportProblems(readSourceTree())).toEqual([]);
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
      export const table: Promise<import("apache-arrow").Table> = import("left-pad");
      export const font = import.meta.resolve("a-font/regular.ttf");`,
    "packages/roi/src/rect.ts": `import { test } from "vitest"; import "#platform";`,
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
    "packages/roi/src/index.ts: a-font is not declared in packages/roi/package.json",
    "packages/roi/src/rect.ts: vitest is not declared in packages/roi/package.json",
    "packages/roi/src/rect.ts: #platform is not in imports of package.json",
    "packages/extra: @kym/extra is not in the table of arrows",
  ]);
});

test("tests may share what lies in test/support; src may not, and nothing there may build on a package", () => {
  const tree = sourceTree({
    "package.json": JSON.stringify({ devDependencies: { vitest: "5.1.1" } }),
    "packages/roi/package.json": JSON.stringify({ name: "@kym/roi" }),
    "packages/roi/src/rect.ts": `import { find } from "../../../test/support/find.ts";`,
    "packages/roi/test/rect.test.ts": `
      import { find } from "../../../test/support/find.ts";
      import { suite } from "../../../test/images/suite.ts";`,
    "test/support/find.ts": `
      import { readFileSync } from "node:fs";
      import { Roi } from "@kym/roi";
      import { suite } from "../images/suite.ts";
      import { path } from "./path.ts";`,
  });
  expect([...arrowProblems(tree), ...supportProblems(tree)]).toEqual([
    "packages/roi/src/rect.ts: ../../../test/support/find.ts leaves the package",
    "packages/roi/test/rect.test.ts: ../../../test/images/suite.ts leaves the package",
    "test/support/find.ts: @kym/roi is not Node's, and support builds on nothing else",
    "test/support/find.ts: ../images/suite.ts is not Node's, and support builds on nothing else",
  ]);
});
