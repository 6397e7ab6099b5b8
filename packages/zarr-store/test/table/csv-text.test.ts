import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCsv, quoteCsvField } from "../../src/table/csv-text.ts";
import { unicodeText } from "../json/json-arbitraries.ts";

describe("parseCsv", () => {
  test("gives the fields back that were quoted, with any line ending", () => {
    const field = fc.oneof(unicodeText, fc.constantFrom('"', '""', "\r\n", ",", "a\rb"));
    const grid = fc
      .nat(4)
      .chain((more) =>
        fc.array(fc.array(field, { minLength: more + 1, maxLength: more + 1 }), { minLength: 1 }),
      );
    fc.assert(
      fc.property(grid, fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, end, last) => {
        const width = rows[0]?.length ?? 0;
        const header = Array.from({ length: width }, (_, index) => `c${index}`);
        const text =
          [header, ...rows].map((row) => row.map(quoteCsvField).join(",")).join(end) + (last ? end : "");
        const columns = parseCsv(text, "t");
        expect(columns.map(({ name }) => name)).toEqual(header);
        expect(rows.map((_, row) => columns.map(({ cells }) => cells[row]))).toEqual(rows);
      }),
    );
  });

  test("tells an empty field from an empty string, and quoted text from bare", () => {
    expect(parseCsv('a,b,c\n,"",x\n1,"2",\n', "t")).toEqual([
      { name: "a", cells: [null, "1"], quoted: false },
      { name: "b", cells: ["", "2"], quoted: true },
      { name: "c", cells: ["x", null], quoted: false },
    ]);
  });

  test("drops a byte order mark and names columns without a name as pandas does", () => {
    expect(parseCsv('\ufeff,"a"\r\n0,1\r\n', "t").map(({ name }) => name)).toEqual(["Unnamed: 0", "a"]);
  });

  test("takes a blank line for a null in a table of one column", () => {
    expect(parseCsv("a\n1\n\n2", "t")).toEqual([{ name: "a", cells: ["1", null, "2"], quoted: false }]);
  });

  test.each([
    ["", "line 1: expected a header, found an empty file"],
    ["a,b\n1\n", "line 2: expected 2 fields, found 1"],
    ["a,b\n1,2\n\n", "line 3: expected 2 fields, found 1"],
    ["a\n1,2\n", "line 2: expected 1 fields, found 2"],
    ['a\n"x\n', "line 2: expected a quote that ends the field, found the end of the file"],
    ['a\nx"y"\n', 'line 2: expected a comma or the end of the line, found "\\""'],
    ['a\n"x"y\n', 'line 2: expected a comma or the end of the line, found "y"'],
    ["a\rb\n", 'line 1: expected a comma or the end of the line, found "\\r"'],
  ])("refuses %j", (text, message) => {
    expect(() => parseCsv(text, "t.csv.gz")).toThrow(
      expect.objectContaining({ code: "invalid_file", message: `t.csv.gz, record of ${message}` }),
    );
  });
});
