import { expect, test } from "vitest";
import { readCsvSheet } from "../../../../src/commands/edit/sheet/read-sheet.ts";
import { looksLikeSpreadsheetDate } from "../../../../src/commands/edit/sheet/spreadsheet-date.ts";
import { type WantedBySheet, wantedBySheet } from "../../../../src/commands/edit/sheet/wanted-by-sheet.ts";

const COLUMNS = ["image_id", "rel_path", "file_name", "date", "acquired_local", "condition", "note", "depth"];
const TABLE = {
  columns: [...COLUMNS, "accepted", "um_per_px", "ms_per_line", "animal", "lines"].map((name) => ({
    ...{ name, type: "utf8" as const },
  })),
  rows: [
    { image_id: "one", rel_path: "day1/a.tif", file_name: "a", date: "20250722", condition: "1-Mar" },
    { image_id: "two", rel_path: "day2/a.tif", file_name: "a", acquired_local: "2025-07-23T10:00:00.000" },
    { image_id: "three", rel_path: "same.tif", file_name: "same" },
    { image_id: "four", rel_path: "same.tif", file_name: "same" },
  ],
};

function read(...lines: readonly string[]): WantedBySheet {
  return wantedBySheet(readCsvSheet(new TextEncoder().encode(`${lines.join("\n")}\n`)), TABLE);
}

function values(sheet: WantedBySheet): unknown {
  expect(sheet.faults).toEqual([]);
  return [...sheet.wanted].map(([id, wanted]) => [
    id,
    Object.fromEntries([...wanted].map(([field, { value }]) => [field, value])),
  ]);
}

test("a row is found by its id, else by its path, else by its date and file name", () => {
  expect(values(read("image_id,rel_path,file_name,date,note", "one,,,,x", ",day2/a.tif,,,y"))).toEqual([
    ["one", { note: "x" }],
    ["two", { note: "y" }],
  ]);
  const byDate = read("date,file_name,note", "2025-07-22,a.tif,x", "20250723,a,y");
  expect(values(byDate)).toEqual([
    ["one", { note: "x" }],
    ["two", { note: "y" }],
  ]);
});

test("an empty cell and an absent column leave a field alone, and \\\\- clears it", () => {
  expect(values(read("image_id,note,condition,depth", "one,,\\-,\\-", "two,x,,12.5"))).toEqual([
    ["one", { condition: null, depth: null }],
    ["two", { note: "x", depth: 12.5 }],
  ]);
});

test("texts stay as they are typed, and the guard against formulas is undone", () => {
  expect(values(read("image_id,note,animal", "one,'=1+1,007", "two,'-3 µm,'quoted'"))).toEqual([
    ["one", { note: "=1+1", animal: "007" }],
    ["two", { note: "-3 µm", animal: "'quoted'" }],
  ]);
});

test("a date that a spreadsheet made is named with its row and column, unless it is stored so or a ' is before it", () => {
  const { faults } = read("image_id,animal,condition,date", "one,1-Mar,1-Mar,", "two,x,Mar-25,7/22/2025");
  expect(faults).toEqual([
    expect.stringMatching(/^row 2, column animal: "1-Mar" is a date/),
    expect.stringMatching(/^row 3, column condition: "Mar-25" is a date/),
    expect.stringMatching(/^row 3, column date: "7\/22\/2025" is a date/),
  ]);
  expect(values(read("image_id,animal,date", "one,'1-Mar,2025-07-22"))).toEqual([
    ["one", { animal: "1-Mar", date: "2025-07-22" }],
  ]);
});

test.each([
  [["image_id,note", "nobody,x"], ['row 2: there is no image with image_id "nobody"']],
  [["rel_path,note", "same.tif,x"], ['row 2: 2 images have rel_path "same.tif"']],
  [["rel_path,note", "none.tif,x"], ['row 2: there is no image with rel_path "none.tif"']],
  [["file_name,note", "a,x"], ["row 2: no image_id, no rel_path, and not both date and file_name"]],
  [
    ["date,file_name,note", "20990101,a,x"],
    ['row 2: there is no image with date "20990101" and file_name "a"'],
  ],
  [
    ["image_id,rel_path,note", "one,day2/a.tif,x"],
    ['row 2: image_id is that of "day1/a.tif", not of "day2/a.tif"'],
  ],
  [["image_id,note", "one,x", "one,y"], ["row 3: row 2 is about the same image"]],
  [["image_id,nota", "one,x"], ['images have no column "nota"; did you mean note?']],
  [["image_id,depth", "one,deep"], ['row 2, column depth: "deep" is not a number']],
  [["image_id,depth", 'one,"1,5"'], ['row 2, column depth: "1,5" is not a number']],
  [["image_id,accepted", "one,maybe"], ['row 2, column accepted: "maybe" is not TRUE or FALSE']],
  [
    ["image_id,accepted", "one,\\-"],
    ["row 2, column accepted: accepted is TRUE or FALSE and cannot be cleared"],
  ],
  [["image_id,um_per_px", "one,-1"], ['row 2, column um_per_px: "-1" is not a number above 0']],
])("what is not understood is named: %j", (lines, faults) => {
  expect(read(...lines).faults).toEqual(faults);
});

test("columns that no edit sets are passed over, and titles are known in any case", () => {
  const sheet = read("IMAGE_ID , Note,lines", "one,x,5");
  expect(values(sheet)).toEqual([["one", { note: "x" }]]);
  expect(sheet.passedOver).toEqual(["lines"]);
});

test.each([
  ..."1-Mar,01-Mar-25,1. Mrz,Mar-01,Sept 25,3/1/2025,01.03.25,22-07-2025,2025/3/1,5-Okt".split(","),
])("%s has the form of a spreadsheet's date", (text) => {
  expect(looksLikeSpreadsheetDate(text)).toBe(true);
});

test.each([..."2025-07-22,20250722,MAR1,1.5,1/2,AngII,28d Saline,12-15,A-12,marker 12x,3 mice".split(",")])(
  "%s has not",
  (text) => {
    expect(looksLikeSpreadsheetDate(text)).toBe(false);
  },
);
