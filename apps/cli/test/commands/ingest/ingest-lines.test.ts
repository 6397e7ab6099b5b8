import { expect, test } from "vitest";
import { itemLines, movesOf, notesByReason, orphansLine } from "../../../src/commands/ingest/ingest-lines.ts";

const orphan = (stem: string, folder = "28d AngII/") => ({
  path: `${folder}${stem}`,
  reason: `no image for ${folder}a/${stem}.csv, ${folder}b/${stem}_kymanalysis.csv, ${folder}b/${stem}_kymanalysis.json`,
});

test("analyses without an image are one line: how many, from which to which, and their files", () => {
  const stems = ["0018", "0007", "0012"].map((number) => orphan(`20250722_A89_${number}`));
  expect(orphansLine(stems)).toBe(
    "3 analyses have no image: 20250722_A89_0007 … 0018 (9 files); -v lists them",
  );
  expect(orphansLine(stems.slice(0, 2))).toBe(
    "2 analyses have no image: 20250722_A89_0007 and 0018 (6 files); -v lists them",
  );
  expect(orphansLine([orphan("a.b (1)", "")])).toBe(
    "1 analysis has no image: a.b (1) (3 files); -v lists them",
  );
  expect(orphansLine([orphan("x"), orphan("y")])).toContain("x and y (6 files)");
});

test("files that moved with their folder are one line, and a renamed file is not among them", () => {
  const moved = (path: string, from: string, more = "") => ({ path, reason: `moved from ${from}${more}` });
  const renamed = moved("b/new.tif", "/old/b/was.tif");
  const edited = moved("b/2.tif", "/old/b/2.tif", "; changed beside it: b/2.json");
  const items = [moved("a/1.tif", "/old/a/1.tif"), moved("b/1.tif", "/old/b/1.tif"), renamed, edited];
  expect(movesOf(items, "new")).toEqual({ lines: ["2 moved from /old to new"], others: [renamed, edited] });
  const inside = [moved("y/1.tif", "x/1.tif"), moved("y/2.tif", "x/2.tif")];
  expect(movesOf(inside, "lab").lines).toEqual(["2 moved from x to y"]);
  const up = [moved("1.tif", "x/1.tif"), moved("2.tif", "x/2.tif")];
  expect(movesOf(up, "lab").lines).toEqual(["2 moved from x to lab"]);
  expect(movesOf(items.slice(0, 1), "new")).toEqual({ lines: [], others: items.slice(0, 1) });
});

test("notes of one reason are one line", () => {
  const notes = ["a/1.csv", "a/2.csv", "3.csv", "4.csv"].map((path) => ({ path, reason: "kept" }));
  expect(notesByReason([...notes, { path: "x/y.txt", reason: "odd" }])).toEqual([
    "kept (4 files): 1.csv, 2.csv, 3.csv and 1 more; -v lists them",
    "x/y.txt: odd",
  ]);
});

test("a long list says how many are left out", () => {
  const items = Array.from({ length: 12 }, (_, index) => ({ path: `${index}.tif` }));
  expect(itemLines("new", items, 10)).toHaveLength(11);
  expect(itemLines("new", items, 10).at(-1)).toBe("  and 3 more; -v lists them");
  expect(itemLines("new", items)).toHaveLength(13);
  expect(itemLines("new", [])).toEqual([]);
});
