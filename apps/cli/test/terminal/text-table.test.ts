import { expect, test } from "vitest";
import { recordList } from "../../src/terminal/record-list.ts";
import { counted, fitsWidth, textTable } from "../../src/terminal/text-table.ts";

const COLUMNS = [{ title: "file", shrinks: true }, { title: "mm/s" }];

test("a character that takes two cells of a terminal counts as two, an accent as none", () => {
  const rows = [
    ["血管.tif", "1"],
    ["A\u0308ste.tif", "2"],
    ["plain.tif", "3"],
  ];
  expect(textTable(COLUMNS, rows).split("\n")).toEqual([
    "file       mm/s",
    "血管.tif   1",
    "A\u0308ste.tif   2",
    "plain.tif  3",
    "",
  ]);
  expect(recordList([{ title: "血" }, { title: "file" }], [["1", "2"]])).toContain("  血    1\n  file  2");
});

test("a text is cut between characters, to no more cells than there are", () => {
  const rows = [["血管血管血管/scan_0001.tif", "1"]];
  expect(fitsWidth(COLUMNS, rows, 20)).toBe(true);
  expect(textTable(COLUMNS, rows, { maxWidth: 20 }).split("\n")[1]).toBe("…scan_0001.tif  1");
  expect(textTable([{ title: "f", shrinks: true }], [["ab血血血血血血"]], { maxWidth: 10 })).toBe(
    "f\n…血血血血\n",
  );
});

test("one thing is singular, and none or several are plural", () => {
  expect([0, 1, 2].map((count) => counted(count, "image"))).toEqual(["0 images", "1 image", "2 images"]);
});
