import { expect, test } from "vitest";
import type { CsvDialect } from "../../../src/table/csv/csv-dialect.ts";
import { readCsv } from "../../../src/table/csv/read-csv.ts";
import { csvText } from "../../../src/table/csv/write-csv.ts";
import type { CellValue } from "../../../src/table/table-schema.ts";

const DIALECTS: readonly CsvDialect[] = ["lossless", "pandas", "spreadsheet", "tsv"];

function cellsOf(values: readonly CellValue[], dialect: CsvDialect, isFloat = false): readonly string[] {
  const columns = [
    { name: "v", isFloat, values },
    { name: "last", values: [] },
  ];
  const [, ...lines] = csvText(columns, values.length, dialect).split("\n");
  return lines.slice(0, -1).map((line) => line.slice(0, -1));
}

test("each dialect spells each kind of cell in its own stated way", () => {
  const values = [1, 1e-7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, null];
  expect(DIALECTS.map((dialect) => cellsOf(values, dialect, true))).toEqual([
    ["1.0", "1e-07", "inf", "-inf", "-0.0", ""],
    ["1.0", "1e-07", "inf", "-inf", "-0.0", ""],
    ["1", "1e-7", "Infinity", "-Infinity", "0", ""],
    ["1", "1e-7", "Infinity", "-Infinity", "0", ""],
  ]);
  expect(DIALECTS.map((dialect) => cellsOf([7, 9007199254740993n, true, false], dialect))).toEqual([
    ["7", "9007199254740993", "True", "False"],
    ["7", "9007199254740993", "True", "False"],
    ["7", "9007199254740993", "TRUE", "FALSE"],
    ["7", "9007199254740993", "TRUE", "FALSE"],
  ]);
  expect(DIALECTS.map((dialect) => cellsOf(["a", "", "a,b", 'say "hi"', "=1+1"], dialect))).toEqual([
    ['"a"', '""', '"a,b"', '"say ""hi"""', '"=1+1"'],
    ["a", "", '"a,b"', '"say ""hi"""', "'=1+1"],
    ["a", "", '"a,b"', '"say ""hi"""', "'=1+1"],
    ["a", "", "a,b", '"say ""hi"""', "'=1+1"],
  ]);
});

test("titles are bare where they can be, and made safe for spreadsheets where texts are", () => {
  const titles = (dialect: CsvDialect): string | undefined =>
    csvText(
      ["a", "b,c", "=d", " e", ""].map((name) => ({ name, values: [] })),
      0,
      dialect,
    ).split("\n")[0];
  expect(DIALECTS.map(titles)).toEqual([
    'a,"b,c",=d," e",""',
    `a,"b,c",'=d, e,`,
    `a,"b,c",'=d, e,`,
    "a\tb,c\t'=d\t e\t",
  ]);
});

test("in a tsv, tabs stand between cells, and a text with a tab or a line is quoted", () => {
  const columns = [
    { name: "a", values: ["x\ty", "\tz", "p\nq"] },
    { name: "b", values: [true, null, 1.5] },
  ];
  expect(csvText(columns, 3, "tsv")).toBe(`a\tb\n"x\ty"\tTRUE\n"'\tz"\t\n"p\nq"\t1.5\n`);
});

test("floats are written as Python's repr writes them", () => {
  const values = [1, -5553288, 0.0011699666666666, 1e-7, 1e16, -0, 123456789012345680, 5e-324];
  expect(cellsOf(values, "pandas", true)).toEqual([
    "1.0",
    "-5553288.0",
    "0.0011699666666666",
    "1e-07",
    "1e+16",
    "-0.0",
    "1.2345678901234568e+17",
    "5e-324",
  ]);
});

test("a text that a spreadsheet would run gets a quote before it, a number does not", () => {
  const columns = [
    { name: "note", values: ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "x=1", ""] },
    { name: "v", isFloat: true, values: [-1, 2, 3, 4, 5, 6, 7, null] },
  ];
  const text = csvText(columns, 8, "pandas");
  expect(text).toBe(`note,v\n'=1+1,-1.0\n'+x,2.0\n'-x,3.0\n'@x,4.0\n'\tx,5.0\n"'\rx",6.0\nx=1,7.0\n,\n`);
  const { columns: read } = readCsv(new TextEncoder().encode(text));
  expect(read["v"]).toEqual(Float64Array.of(-1, 2, 3, 4, 5, 6, 7, Number.NaN));
});
