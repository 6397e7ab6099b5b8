import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteCsvCell } from "../../../../src/table/csv/csv-quotes.ts";
import { findPlainCells } from "../../../../src/table/csv/scan/find-plain-cells.ts";
import { findQuotedCells } from "../../../../src/table/csv/scan/find-quoted-cells.ts";
import { unicodeText } from "../../../json/json-arbitraries.ts";

/** A column with its texts, and whether quotes mark it as text. */
function columnsOf(text: string): unknown {
  const textStart = text.startsWith("\ufeff") ? 3 : 0;
  const { titles, texts, isMarkedText } = findQuotedCells(new TextEncoder().encode(text), textStart, 2 ** 20);
  return titles.map((title, index) => ({ title, texts: texts(index), isText: isMarkedText(index) }));
}

test("a CSV whose cells stand in quotes gives back each of them, with any line end", () => {
  const field = fc.oneof(unicodeText, fc.constantFrom('"', '""', "\r\n", ",", "a\rb"));
  const grid = fc
    .nat(4)
    .chain((more) =>
      fc.array(fc.array(field, { minLength: more + 1, maxLength: more + 1 }), { minLength: 1 }),
    );
  fc.assert(
    fc.property(grid, fc.constantFrom("\n", "\r\n", "\r"), fc.boolean(), (rows, end, hasEnd) => {
      const titles = (rows[0] ?? []).map((_, index) => `c${index}`);
      const lines = [titles, ...rows].map((row) => row.map(quoteCsvCell).join(","));
      expect(columnsOf(lines.join(end) + (hasEnd ? end : ""))).toEqual(
        titles.map((title, index) => ({ title, texts: rows.map((row) => row[index]), isText: false })),
      );
    }),
  );
});

test("an empty cell of a CSV is missing, one in quotes is an empty text, and quotes mark text where titles are bare", () => {
  expect(columnsOf('a,b,c\n,"",x\n1,"2",\n')).toEqual([
    { title: "a", texts: [null, "1"], isText: false },
    { title: "b", texts: ["", "2"], isText: true },
    { title: "c", texts: ["x", null], isText: false },
  ]);
  expect(columnsOf('a,b\n"",1\n')).toMatchObject([{ isText: false }, { isText: false }]);
});

test.each([
  ["all titles stand in quotes", '"a","b"\n"1",2\n', false],
  ["one title is bare", 'a,"b"\n"1",2\n', true],
  ["the titles in quotes need them", '"a,b",c\n"1",2\n', true],
  ["every title needs its quotes", '"a,b","c""d"\n"1",2\n', true],
  ["all titles stand in quotes, and one of them needs to", '"a,b","c"\n"1",2\n', false],
] as const)("where %s, a cell in quotes is text: %s %s", (_, text, isText) => {
  expect(columnsOf(text)).toMatchObject([{ isText }, { isText: false }]);
});

test("a byte order mark before a title in quotes is dropped", () => {
  expect(columnsOf('\ufeff,"a"\r\n0,1\r\n')).toEqual([
    { title: "", texts: ["0"], isText: false },
    { title: "a", texts: ["1"], isText: false },
  ]);
});

test("an empty line is a missing cell in a table of one column, and skipped in one of more", () => {
  expect(columnsOf('\n\n"a"\n1\n\r\n2')).toMatchObject([{ texts: ["1", null, "2"] }]);
  expect(columnsOf('"a"\n\n')).toMatchObject([{ texts: [null] }]);
  expect(columnsOf('\n"a",b\n\r\n1,2\n\n\n')).toMatchObject([{ texts: ["1"] }, { texts: ["2"] }]);
});

test.each([
  ["a,b\n1\n", "CSV line 2: a row of 1 cells, expected 2, one per title"],
  ["a\n1,2\n", "CSV line 2: a row of 2 cells, expected 1, one per title"],
  ['a,b\n1,2\n\n""\n', "CSV line 4: a row of 1 cells, expected 2, one per title"],
  ['a\n"x\n', "CSV line 2: a quote that is never closed"],
  ['a\nx"y"\n', "CSV line 2: a quote inside a cell that does not begin with one"],
  ['a\n"x"y\n', "CSV line 2: text after a closing quote"],
  ['a\r"b\r\n"\r\n\0\n', "CSV line 4: a NUL byte outside quotes"],
])("%j cannot be cut, and the error says where and why", (text, message) => {
  expect(() => columnsOf(text)).toThrow(expect.objectContaining({ code: "invalid_file", message }));
});

test("rows of more bytes than allowed are refused, and rows of as many are not", () => {
  const read = (text: string) => findQuotedCells(new TextEncoder().encode(text), 0, 8).rowCount;
  expect(read('"a"\n"123456"\r\n"éé12"\n')).toBe(2);
  expect(() => read('"a"\n"1234567"\n')).toThrow("CSV line 2: a row of more than 8 bytes");
  expect(() => read('"a"\n1\n"éé123"\n')).toThrow("CSV line 3: a row of more than 8 bytes");
});

/** The titles and cells that csv-parse finds; undefined where it refuses. */
function peerCells(text: string): readonly (readonly (string | null)[])[] | undefined {
  try {
    return parse(Buffer.from(text), {
      record_delimiter: ["\r\n", "\n", "\r"],
      skip_empty_lines: true,
      cast: (cell, { quoting, header }) => (cell === "" && !quoting && !header ? null : cell),
    }) as (string | null)[][];
  } catch {
    return undefined;
  }
}

test("of two columns or more it finds the cells that csv-parse finds, and refuses what that refuses", () => {
  const anyText = fc.oneof(
    fc.string({ unit: fc.constantFrom('"', '"', ",", ",", "\n", "\r", "a", "1", " ", "é"), maxLength: 24 }),
    fc
      .array(
        fc.tuple(
          fc.constantFrom('"x"', '"a,b"', '""', '"q""q"', "", "1", '"\n"', 'x"'),
          fc.constantFrom("1", '"é"'),
        ),
        {
          maxLength: 6,
        },
      )
      .map((rows) => ["t,u", ...rows.map((row) => row.join(","))].join("\r\n")),
  );
  let [readCount, refusedCount] = [0, 0];
  fc.assert(
    fc.property(anyText, (body) => {
      const text = `"t",u\n${body}`;
      const theirs = peerCells(text);
      try {
        const { titles, rowCount, texts } = findQuotedCells(new TextEncoder().encode(text), 0, 2 ** 20);
        const rows = Array.from({ length: rowCount }, (_, row) =>
          titles.map((_, index) => texts(index)[row]),
        );
        expect([titles, ...rows]).toEqual(theirs);
        readCount++;
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid_file" });
        expect(theirs).toBeUndefined();
        refusedCount++;
      }
    }),
    { numRuns: 3000 },
  );
  expect(Math.min(readCount, refusedCount)).toBeGreaterThan(100);
});

test.each([
  ["plain", ",".repeat(2 ** 16)],
  ["quoted", '"",'.repeat(2 ** 16)],
])("a line of more titles than a table may have is refused before columns are made: %s", (_, titles) => {
  const bytes = new TextEncoder().encode(`${titles}\n`);
  expect(findPlainCells(bytes, 0, 2 ** 20)).toBeUndefined();
  expect(() => findQuotedCells(bytes, 0, 2 ** 20)).toThrow(/CSV line 1: more than 65536 columns/);
});
