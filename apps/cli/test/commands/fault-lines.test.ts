import type { FaultyRead } from "@kym/legacy-io/node";
import { expect, test } from "vitest";
import { faultLines, folderOf, groupByFault } from "../../src/commands/check/fault-lines.ts";

const FAULT = {
  reader: "csv",
  mendedIn: 3,
  since: undefined,
  wrong: "a was b",
  likelihood: async () => undefined,
};

function read(relPath: string, more: Partial<FaultyRead> = {}): FaultyRead {
  const sourcePath = `/lab/${relPath}`;
  const file = { imageId: relPath, relPath, sourcePath, path: sourcePath, reader: "csv", version: 2 };
  return { ...file, likelihood: "possible", fault: FAULT, ...more };
}

test("a line names ten images and counts the others; the groups have all", () => {
  const groups = groupByFault(Array.from({ length: 12 }, (_, index) => read(`${index}.tif`)));
  expect(groups.map(({ images }) => images.length)).toEqual([12]);
  expect(faultLines(groups, "kym help")).toEqual([
    "note: 12 images may be affected by a fault of the reader csv before version 3: a was b: 0.tif, 1.tif, 2.tif, 3.tif, 4.tif, 5.tif, 6.tif, 7.tif, 8.tif, 9.tif and 2 more",
    "note: kym help reads these images again",
  ]);
});

test("what is likely has a line of its own before what is possible", () => {
  const groups = groupByFault([read("a.tif"), read("b.tif", { likelihood: "likely" })]);
  expect(faultLines(groups, "kym help").map((line) => line.slice(0, 35))).toEqual([
    "note: 1 image is likely affected by",
    "note: 1 image may be affected by a ",
    "note: kym help reads these images a",
  ]);
});

test("the folder of all images is named, in quotes where a shell needs them; FOLDER if there are several", () => {
  expect(folderOf([read("a.tif"), read("day/b.tif")])).toBe("/lab");
  expect(folderOf([read("a.tif", { sourcePath: "/my lab/a.tif" })])).toBe('"/my lab"');
  expect(folderOf([read("d/a.tif", { sourcePath: "C:\\lab\\d\\a.tif" })])).toBe('"C:\\lab"');
  expect(folderOf([read("a.tif"), read("b.tif", { sourcePath: "/other/b.tif" })])).toBe("FOLDER");
  expect(folderOf([read("a.tif", { sourcePath: "/elsewhere/c.tif" })])).toBe("FOLDER");
});

test("without a fault there is no line, and none with the command", () => {
  expect(faultLines([], "kym help")).toEqual([]);
});
