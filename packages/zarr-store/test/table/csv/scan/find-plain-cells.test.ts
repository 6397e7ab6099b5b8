import fc from "fast-check";
import { expect, test } from "vitest";
import type { CsvCells } from "../../../../src/table/csv/csv-cells.ts";
import { readCsv } from "../../../../src/table/csv/read-csv.ts";
import { findPlainCells } from "../../../../src/table/csv/scan/find-plain-cells.ts";
import { findQuotedCells } from "../../../../src/table/csv/scan/find-quoted-cells.ts";

const NO_LIMIT = 2 ** 20;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Everything that cells say; the error where they say none. */
function told(find: () => CsvCells | undefined): unknown {
  try {
    const cells = find();
    return cells === undefined || cells.titles.length === 0
      ? undefined
      : {
          titles: cells.titles,
          texts: cells.titles.map((_, index) => cells.texts(index)),
          lines: Array.from({ length: cells.rowCount }, (_, row) => cells.lineOfRow(row)),
        };
  } catch (error) {
    return error;
  }
}

const anyCell = fc.oneof(
  fc.constantFrom(
    "",
    "",
    "1",
    "-2.5",
    "nan",
    "True",
    "é",
    "0.0011699666666666",
    "data",
    " a#",
    "\u{feff}",
    "日本",
  ),
  fc.string({ unit: fc.constantFrom("a", "1", ".", "-", "é", " ", "+", "e", "!"), maxLength: 24 }),
);
const anyEnding = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\n\r", "\r\r\n");
/** Rows of one width for the most part, of which columns can be constant, and each may be broken. */
const anyText = fc
  .record({
    width: fc.integer({ min: 1, max: 6 }),
    cells: fc.array(anyCell, { minLength: 1, maxLength: 6 }),
    rows: fc.array(
      fc.record({
        changed: fc.array(fc.tuple(fc.nat(5), anyCell), { maxLength: 3 }),
        more: fc.oneof({ weight: 40, arbitrary: fc.constant(0) }, fc.integer({ min: -2, max: 2 })),
        ending: anyEnding,
      }),
      { maxLength: 12 },
    ),
    isUniform: fc.boolean(),
    start: fc.constantFrom("", "", "\u{feff}", "\n", "\r\n\r\n", "\u{feff}\n"),
    isCut: fc.boolean(),
  })
  .map(({ width, cells, rows, isUniform, start, isCut }) => {
    const row = Array.from({ length: width }, (_, index) => cells[index % cells.length] ?? "");
    const header = row.map((_, index) => `c${index}`).join(",");
    const ending = isUniform ? (rows[0]?.ending ?? "\n") : "\n";
    const lines = rows.map(({ changed, more, ending: own }) => {
      for (const [index, cell] of changed) {
        row[index % width] = cell;
      }
      const written = more < 0 ? row.slice(0, more) : [...row, ...Array(more).fill("x")];
      return written.join(",") + (isUniform ? ending : own);
    });
    const text = start + header + ending + lines.join("");
    return isCut ? text.replace(/[\r\n]+$/, "") : text;
  });
const anyLetters = fc.string({
  unit: fc.constantFrom(",", "\n", "\r", "1", "a", "é", "-", " ", "\u{feff}", "0.25"),
  maxLength: 40,
});

test("a text without quotes has the cells and lines that the reader of quotes finds, and its errors are left to that", () => {
  fc.assert(
    fc.property(fc.oneof(anyText, anyLetters), fc.nat(7), (text, shift) => {
      const shifted = encode(" ".repeat(shift) + text).subarray(shift);
      const textStart = text.startsWith("\u{feff}") ? 3 : 0;
      const theirs = told(() => findQuotedCells(shifted, textStart, NO_LIMIT));
      const ours = told(() => findPlainCells(shifted, textStart, NO_LIMIT));
      expect(ours).toEqual(theirs instanceof Error ? undefined : theirs);
    }),
    { numRuns: 3000 },
  );
});

test("a row that is too long for the reader of quotes is never read, and rows of ordinary length are", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, maxRowBytes) => {
      const bytes = encode(text);
      const theirs = told(() => findQuotedCells(bytes, 0, maxRowBytes));
      const ours = told(() => findPlainCells(bytes, 0, maxRowBytes));
      const isShort = text.split(/[\r\n]/).every((line) => encode(line).length <= maxRowBytes);
      expect(ours).toEqual(theirs instanceof Error || (ours === undefined && !isShort) ? undefined : theirs);
    }),
    { numRuns: 1000 },
  );
});

test("a text with a quote or NUL is left to the reader of quotes", () => {
  for (const text of ['a,b\n1,"2"\n', 'a,b\n1,2"\n', "a,b\n1,\0\n", '"a",b\n1,2\n', "a\0,b\n1,2\n"]) {
    expect(findPlainCells(encode(text), 0, NO_LIMIT), text).toBeUndefined();
  }
});

/** A table, or the error; a cause is how it was found. */
function readOrError(text: string): unknown {
  try {
    return readCsv(encode(text));
  } catch (error) {
    const { message, code, details } = error as { message: string; code: string; details: object };
    return { message, code, details: { ...details, cause: undefined, offset: undefined } };
  }
}

test("a title in quotes, which has another reader, changes neither values, types nor errors", () => {
  const numbers = fc.oneof(
    fc.double().map(String),
    fc.double({ noNaN: true }).map((value) => value.toPrecision(17)),
    fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
    fc.integer().map(String),
    fc.constantFrom(
      "",
      "nan",
      "NA",
      "inf",
      "-inf",
      "+1",
      "007",
      "1.",
      ".5",
      "-0",
      "0.0",
      "1e5",
      "1E-7",
      "12.0",
      "True",
    ),
  );
  const columns = fc.oneof(
    fc.array(numbers, { minLength: 6, maxLength: 6 }),
    fc.array(fc.integer().map(String), { minLength: 6, maxLength: 6 }),
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), { minLength: 6, maxLength: 6 }),
    fc.array(fc.constantFrom("", "1", "nan"), { minLength: 6, maxLength: 6 }),
    fc.array(anyCell, { minLength: 6, maxLength: 6 }),
  );
  const tables = fc.array(columns, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(tables, fc.option(fc.nat(5)), (table, broken) => {
      const lines = Array.from({ length: 6 }, (_, row) => {
        return table.map((column) => column[row]).join(",") + (row === broken ? ",x" : "");
      });
      const names = table.map((_, index) => `c${index}`).slice(1);
      const withName = (name: string): string => `${[[name, ...names].join(","), ...lines].join("\n")}\n`;
      expect(readOrError(withName("name"))).toEqual(readOrError(withName('"name"')));
    }),
    { numRuns: 2000 },
  );
});

test("a cell of another type is refused with the same words from either", () => {
  for (const [type, cell] of [
    ["float64", "0x10"],
    ["int64", "1.5"],
    ["int64", "9223372036854775808"],
    ["int32", "2147483648"],
    ["int32", "1e3"],
    ["bool", "maybe"],
  ] as const) {
    const schema = { columns: [{ name: "v", type }] };
    const errors = ["v", '"v"'].map((name) => {
      try {
        return readCsv(encode(`${name},w\n\n1,1\r\n${cell},1\n`), { schema });
      } catch (error) {
        return error;
      }
    });
    expect(errors[0], cell).toMatchObject({ code: "schema_mismatch", details: { line: 4, found: cell } });
    expect(errors[1], cell).toEqual(errors[0]);
  }
});
