// Checks that only `src/node/` uses what Node alone has.

import { isBuiltin } from "node:module";
import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, sourceFiles } from "./source/workspace-package.ts";

const NODE_GLOBALS = ["Buffer", "__dirname", "__filename", "global", "process", "require", "setImmediate"];

function nodeProblems(tree: SourceTree): readonly string[] {
  return libraryPackages(tree)
    .flatMap(({ folder }) => sourceFiles(tree, `${folder}/src`))
    .filter(({ path }) => !/^packages\/[^/]+\/src\/node\//.test(path))
    .flatMap(({ path, module }) => [
      ...[...module.imports].filter((name) => isBuiltin(name)).map((name) => `${path}: imports ${name}`),
      ...NODE_GLOBALS.filter((name) => module.references.has(name)).map((name) => `${path}: uses ${name}`),
    ]);
}

test("what Node alone has is used only below src/node/", () => {
  expect(nodeProblems(readSourceTree())).toEqual([]);
});

test("a builtin with and without its prefix, in a type, and a global are found", () => {
  const tree = sourceTree({
    "packages/roi/package.json": JSON.stringify({ name: "@kym/roi" }),
    "packages/roi/src/index.ts": `
      import { join } from "path";
      const zlib = await import("node:zlib");
      export type Stats = import("node:fs").Stats;
      export const bytes = Buffer.from(process.env.HOME ?? "");`,
    "packages/roi/src/fine.ts": `
      import { process as step } from "./step.ts";
      export const of = (run: { process: 1 }) => run.process + { Buffer: 1 }.Buffer + globalThis.process.pid;`,
    "packages/roi/src/node/index.ts": `import "node:fs"; process.exit();`,
  });
  expect(nodeProblems(tree)).toEqual([
    "packages/roi/src/index.ts: imports path",
    "packages/roi/src/index.ts: imports node:zlib",
    "packages/roi/src/index.ts: imports node:fs",
    "packages/roi/src/index.ts: uses Buffer",
    "packages/roi/src/index.ts: uses process",
  ]);
});
