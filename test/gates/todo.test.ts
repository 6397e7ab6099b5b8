// Checks that nothing is left for later: no TODO, no skipped test, no write to the console.

import { expect, test } from "vitest";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";
import { libraryPackages, sourceFiles } from "./source/workspace-package.ts";

const PROMISES = /\b(TODO|FIXME|XXX|HACK)\b/g;
/** A test that is skipped without a reason. With `skipIf` and `runIf`, the title gives the reason. */
const LEFT_OUT = /\b(?:it|test|describe|suite|bench)\.(?:skip|only|todo)\b/g;

function unfinishedWork(tree: SourceTree): readonly string[] {
  const silent = new Set(
    libraryPackages(tree)
      .flatMap(({ folder }) => sourceFiles(tree, `${folder}/src`))
      .filter(({ module }) => module.references.has("console"))
      .map(({ path }) => path),
  );
  return [...tree]
    .filter(([path]) => path.endsWith(".ts") && !path.startsWith("test/gates/"))
    .flatMap(([path, text]) => [
      ...(text.match(PROMISES) ?? []).map((word) => `${path}: ${word}`),
      ...(text.match(LEFT_OUT) ?? []).map((word) => `${path}: ${word}`),
      ...(silent.has(path) ? [`${path}: console`] : []),
    ]);
}

test("nothing is left for later, no test is left out, and no package writes to the console", () => {
  expect(unfinishedWork(readSourceTree())).toEqual([]);
});

test("a promise, a test left out and a word to the console are found", () => {
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/index.ts": `
      // TODO: later
      export interface RoiOptions { readonly logger?: Pick<Console, "warn"> }
      console.warn("x");`,
    "packages/roi/src/fine.ts": `export const say = (on: { console: 1 }) => on.console; // console.log`,
    "packages/roi/test/index.test.ts": `test.only("a"); describe.skip("b"); it.skipIf(true)("c"); it.todo("d");`,
    "apps/cli/src/main.ts": `console.log("x"); /* FIXME */`,
  });
  expect(unfinishedWork(tree)).toEqual([
    "packages/roi/src/index.ts: TODO",
    "packages/roi/src/index.ts: console",
    "packages/roi/test/index.test.ts: test.only",
    "packages/roi/test/index.test.ts: describe.skip",
    "packages/roi/test/index.test.ts: it.todo",
    "apps/cli/src/main.ts: FIXME",
  ]);
});
