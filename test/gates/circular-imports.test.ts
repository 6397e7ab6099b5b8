// Checks that no file imports itself through other files.

import { expect, test } from "vitest";
import { type ImportGraph, importGraph } from "./source/import-graph.ts";
import { readSourceTree, sourceTree } from "./source/source-tree.ts";

/** One cycle for each import that closes one, from a file back to itself. */
function findCycles(graph: ImportGraph): readonly string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(" → "));
    } else if (!done.has(path)) {
      for (const target of graph.get(path) ?? []) {
        visit(target, [...trail, path]);
      }
      done.add(path);
    }
  };
  for (const path of graph.keys()) {
    visit(path, []);
  }
  return cycles;
}

test("no file imports itself through others, not even for a type", () => {
  expect(findCycles(importGraph(readSourceTree()))).toEqual([]);
});

test("a cycle of three files, one of types and one of a file with itself are found", () => {
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/index.ts": `export * from "./a.ts"; export * from "./type.ts";`,
    "packages/roi/src/a.ts": `import "./deep/b.ts";`,
    "packages/roi/src/deep/b.ts": `import "./c.ts"; import "../leaf.ts";`,
    "packages/roi/src/deep/c.ts": `export { a } from "../a.ts"; import "../leaf.ts";`,
    "packages/roi/src/leaf.ts": "",
    "packages/roi/src/self.ts": `import "./self.ts";`,
    "packages/roi/src/type.ts": `import type { K } from "./kind.ts";`,
    "packages/roi/src/kind.ts": `export type K = import("./type.ts").T;`,
  });
  expect(findCycles(importGraph(tree))).toEqual([
    "packages/roi/src/a.ts → packages/roi/src/deep/b.ts → packages/roi/src/deep/c.ts → packages/roi/src/a.ts",
    "packages/roi/src/type.ts → packages/roi/src/kind.ts → packages/roi/src/type.ts",
    "packages/roi/src/self.ts → packages/roi/src/self.ts",
  ]);
});
