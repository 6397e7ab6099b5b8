import { expect, test } from "vitest";
import { assertExcelHolds, excelCell } from "../../src/output/excel-limits.ts";
import type { OutputColumn } from "../../src/output/output-table.ts";

const LINE = "kym query study.zarr 'from kym_radon' -o radon.csv";
const text = (name: string, values: readonly string[] = []): OutputColumn => ({ name, type: "utf8", values });

test("a sheet holds 1 048 576 rows with that of the titles, and one more is refused with the line for CSV", () => {
  expect(() => assertExcelHolds({ columns: [], rowCount: 1_048_575 }, LINE)).not.toThrow();
  expect(() => assertExcelHolds({ columns: [], rowCount: 1_048_576 }, LINE)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      code: "too_large",
      message: "an xlsx sheet has at most 1048576 rows, and the table has 1048576 rows and one of titles",
      hint: `CSV has no such limit: ${LINE}`,
    }),
  );
});

test("a cell holds 32 767 characters, and the first one with more is named", () => {
  const most = "x".repeat(32_767);
  expect(() => assertExcelHolds({ columns: [text(most, [most])], rowCount: 1 }, LINE)).not.toThrow();
  expect(() =>
    assertExcelHolds({ columns: [text("a"), text("note", ["", `${most}y`])], rowCount: 2 }, LINE),
  ).toThrow("an xlsx cell has at most 32767 characters, and row 2 of column note has 32768");
  expect(() => assertExcelHolds({ columns: [text(`${most}y`)], rowCount: 0 }, LINE)).toThrow(
    "a title has 32768",
  );
});

test("a sheet holds 16 384 columns", () => {
  const columns = Array.from({ length: 16_385 }, (_, index) => text(`c${index}`));
  expect(() => assertExcelHolds({ columns: columns.slice(1), rowCount: 0 }, LINE)).not.toThrow();
  expect(() => assertExcelHolds({ columns, rowCount: 0 }, LINE)).toThrow("at most 16384 columns");
});

test("an integer beyond 2^53 is text with all its digits, and what no double is becomes text or nothing", () => {
  const values = [
    2n ** 53n,
    2n ** 53n + 1n,
    -(2n ** 63n),
    1.5,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    true,
    null,
  ];
  expect(values.map(excelCell)).toEqual([
    9007199254740992,
    "9007199254740993",
    "-9223372036854775808",
    1.5,
    "Infinity",
    null,
    true,
    null,
  ]);
});

test("what XML cannot hold is written as Excel writes it, and such a spelling in a text stays text", () => {
  const texts = ["a\r\nb\tc", "\u0000\u001f", "_x000D_ x_x41_", "\ud83d\ude00 µ\u0085", "\ud83d"];
  expect(texts.map(excelCell)).toEqual([
    "a_x000D_\nb\tc",
    "_x0000__x001F_",
    "_x005F_x000D_ x_x41_",
    "\ud83d\ude00 µ_x0085_",
    "_xD83D_",
  ]);
});
