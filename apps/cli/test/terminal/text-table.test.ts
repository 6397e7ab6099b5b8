import { expect, test } from "vitest";
import { recordList } from "../../src/screen/record-list.ts";
import { counted, fitsWidth, shorten, textTable } from "../../src/terminal/text-table.ts";

const COLUMNS = [{ title: "file", shrinks: "path" as const }, { title: "mm/s" }];

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
  expect(textTable(COLUMNS, rows, { maxWidth: 20 }).split("\n")[1]).toBe("scan_0001.tif   1");
  expect(textTable([{ title: "f", shrinks: "path" }], [["ab血血血血血血"]], { maxWidth: 10 })).toBe(
    "f\n…血血血血\n",
  );
});

test("a path loses its first folders, then all of them, then the beginning of its name; a text loses its end", () => {
  const path = "28d AngII/20250722/A89_0002.tif";
  expect([31, 24, 23, 12, 11, 8].map((width) => shorten(path, width, "path"))).toEqual([
    path,
    "…/20250722/A89_0002.tif",
    "…/20250722/A89_0002.tif",
    "A89_0002.tif",
    "…9_0002.tif",
    "…002.tif",
  ]);
  expect(shorten("edit ROIs of 20250722_A89_0002", 13)).toBe("edit ROIs of…");
});

test("on a narrow terminal the least important columns are left out, and file names stay whole", () => {
  const columns = [
    { title: "file", shrinks: "path" as const },
    { title: "id", drops: 2 },
    { title: "ROIs", align: "right" as const },
    { title: "accepted", drops: 1 },
  ];
  const rows = [["28d AngII/A89_0002.tif", "1f0c2d7e", "3", "yes"]];
  const at = (maxWidth: number) => textTable(columns, rows, { maxWidth }).trimEnd().split("\n");
  expect(at(60)).toEqual([
    "file                    id        ROIs  accepted",
    "28d AngII/A89_0002.tif  1f0c2d7e     3  yes",
  ]);
  expect(at(40)).toEqual(["file            id        ROIs  accepted", "…/A89_0002.tif  1f0c2d7e     3  yes"]);
  expect(at(30)).toEqual(["file            ROIs  accepted", "…/A89_0002.tif     3  yes"]);
  expect(at(18)).toEqual(["file          ROIs", "A89_0002.tif     3"]);
});

test("one thing is singular, and none or several are plural", () => {
  expect([0, 1, 2].map((count) => counted(count, "image"))).toEqual(["0 images", "1 image", "2 images"]);
});
