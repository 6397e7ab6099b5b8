// Checks what every published package needs: its files, its scripts and its metadata.

import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { workspacePackages } from "./source/workspace-package.ts";

/** Faults that a user meets when installing a package, or running the first command of the README. */
function publishingProblems(tree: SourceTree): readonly string[] {
  return workspacePackages(tree).flatMap(({ folder, name, isPrivate }) => {
    const manifest: Record<string, unknown> = JSON.parse(tree.get(`${folder}/package.json`) ?? "{}");
    return [
      ...demoProblems(name, manifest),
      ...(isPrivate ? [] : manifestProblems(name, manifest)),
      ...(isPrivate ? [] : ["README.md", "CHANGELOG.md", "LICENSE"])
        .filter((file) => !tree.has(`${folder}/${file}`))
        .map((file) => `${name}: there is no ${file}`),
    ];
  });
}

/** `pnpm demo` runs the script `demo` of every package, so only `@kym/demos` may have one: the README shows its output. */
function demoProblems(name: string, manifest: Record<string, unknown>): readonly string[] {
  const scripts = Object.keys(fieldsOf(manifest["scripts"]));
  return scripts.includes("demo") && name !== "@kym/demos" ? [`${name}: pnpm demo would run it too`] : [];
}

/**
 * A package is built from its current sources when it is packed, and checked afterwards. Other packages need not be built:
 * declarations that spell out all types do not depend on them.
 */
const PREPACK = "pnpm install --frozen-lockfile && pnpm run build && node ../../scripts/check-built.ts";

function manifestProblems(name: string, manifest: Record<string, unknown>): readonly string[] {
  const missing = ["version", "description", "keywords", "license", "engines", "files", "publishConfig"]
    .filter((field) => manifest[field] === undefined)
    .map((field) => `${name}: package.json has no ${field}`);
  const files = JSON.stringify(manifest["files"]);
  const published = fieldsOf(fieldsOf(manifest["publishConfig"])["exports"]);
  const built = Object.fromEntries(
    Object.entries(fieldsOf(manifest["exports"])).map(([entry, target]) => [entry, withoutSource(target)]),
  );
  const prepack = fieldsOf(manifest["scripts"])["prepack"];
  return [
    ...missing,
    ...(prepack === PREPACK ? [] : [`${name}: prepack is ${JSON.stringify(prepack)}, not "${PREPACK}"`]),
    ...(files === `["dist","CHANGELOG.md"]` ? [] : [`${name}: files are ${files}`]),
    ...(JSON.stringify(published) === JSON.stringify(built)
      ? []
      : [`${name}: publishConfig.exports are not exports without @kym/source`]),
  ];
}

/** The condition `@kym/source` points to files that are not published. */
function withoutSource(target: unknown): unknown {
  return typeof target === "string"
    ? target
    : Object.fromEntries(
        Object.entries(fieldsOf(target)).filter(([condition]) => condition !== "@kym/source"),
      );
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

test("what is published says what it is, and has what is built, a changelog and nothing else", () => {
  expect(publishingProblems(readSourceTree())).toEqual([]);
});

test("a second demo, a missing field, a package that is packed unbuilt, sources in the tarball and an entry that leads to them are found", () => {
  const complete = { version: "1.0.0", description: "Rois", keywords: ["roi"], license: "MIT", engines: {} };
  const exports = { ".": { "@kym/source": "./src/index.ts", default: "./dist/index.js" } };
  const tree = sourceTree({
    "apps/demos/package.json": JSON.stringify({ name: "@kym/demos", private: true, scripts: { demo: "x" } }),
    "packages/roi/README.md": "",
    "packages/roi/LICENSE": "",
    "packages/roi/package.json": JSON.stringify({
      ...complete,
      name: "@kym/roi",
      license: undefined,
      scripts: { demo: "x" },
      files: ["dist", "src"],
      exports,
      publishConfig: { exports },
    }),
  });
  expect(publishingProblems(tree)).toEqual([
    "@kym/roi: pnpm demo would run it too",
    "@kym/roi: package.json has no license",
    `@kym/roi: prepack is undefined, not "${PREPACK}"`,
    `@kym/roi: files are ["dist","src"]`,
    "@kym/roi: publishConfig.exports are not exports without @kym/source",
    "@kym/roi: there is no CHANGELOG.md",
  ]);
});
