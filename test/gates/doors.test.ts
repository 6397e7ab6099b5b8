// Prints how many names of each folder are imported from outside. It never fails.

import { posix } from "node:path";
import { expect, test } from "vitest";
import { importGraph } from "./source/import-graph.ts";
import { readSourceTree, type SourceTree, sourceTree } from "./source/source-tree.ts";

interface Doors {
  readonly folder: string;
  readonly files: number;
  /** How many of them are imported from outside: the names that a reader has to learn. */
  readonly open: number;
}

function doorsOf(tree: SourceTree): readonly Doors[] {
  const graph = importGraph(tree);
  const open = new Set<string>();
  for (const [path, targets] of graph) {
    for (const target of targets) {
      if (!path.startsWith(`${posix.dirname(target)}/`)) {
        open.add(target);
      }
    }
  }
  const folders = [...new Set([...graph.keys()].map((path) => posix.dirname(path)))].toSorted();
  return folders.map((folder) => {
    const files = [...graph.keys()].filter((path) => posix.dirname(path) === folder);
    return { folder, files: files.length, open: files.filter((path) => open.has(path)).length };
  });
}

/** A text such as `@kym/roi: edit 4/6, geometry 5/10`, with one line per package. */
function doorLines(doors: readonly Doors[]): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const { folder, files, open } of doors) {
    const [home = "", room] = folder.split(/\/src\/?/);
    lines.set(home, [...(lines.get(home) ?? []), `${room || "src"} ${open}/${files}`]);
  }
  return [...lines].map(([home, rooms]) => `${home}: ${rooms.join(", ")}`);
}

test("the doors of every folder are counted and printed", () => {
  const doors = doorsOf(readSourceTree());
  console.log(
    `Files that are imported from outside of their folder, of all:\n${doorLines(doors).join("\n")}`,
  );
  expect(doors.length).toBeGreaterThan(20);
});

test("a file counts as a door if it is imported from outside its folder, not from below it", () => {
  const tree = sourceTree({
    "packages/roi/package.json": "{}",
    "packages/roi/src/index.ts": `export * from "./edit/clamp.ts";`,
    "packages/roi/src/edit/clamp.ts": `import "./clip.ts"; import "../shapes/rect.ts";`,
    "packages/roi/src/edit/clip.ts": "",
    "packages/roi/src/shapes/rect.ts": "",
    "packages/roi/src/shapes/fields/edges.ts": `import type { Rect } from "../rect.ts";`,
  });
  expect(doorLines(doorsOf(tree))).toEqual([
    "packages/roi: src 0/1, edit 1/2, shapes 1/1, shapes/fields 0/1",
  ]);
});
