import fc from "fast-check";
import { expect, test } from "vitest";
import { readDecimals } from "../../../../src/table/csv/scan/csv-decimals.ts";
import { exactDecimal } from "../../../../src/table/csv/scan/exact-decimal.ts";
import { findPlainCells } from "../../../../src/table/csv/scan/find-plain-cells.ts";

/** The numbers of a column, and of how many cells a text was made. */
function read(texts: readonly string[]): { readonly values: readonly number[]; readonly textCount: number } {
  const cells = findPlainCells(new TextEncoder().encode(`a\n${texts.join("\n")}\n`), 0, 2 ** 20);
  let textCount = 0;
  const columns =
    cells?.grid &&
    readDecimals(cells.grid, 0, (text) => {
      textCount++;
      return { value: Number(text), kind: 2 };
    });
  return { values: [...(columns?.values ?? [])], textCount };
}

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength });
const anyDecimal = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 25 }))
    .map(([value, precision]) => value.toPrecision(precision)),
  fc
    .tuple(fc.constantFrom("", "-", "+"), digits(20), digits(24))
    .map(([sign, whole, part]) => `${sign}${whole}.${part}`),
  fc
    .tuple(fc.constantFrom("0.", "-0.000", "12.", ""), digits(18), fc.integer({ min: -30, max: 30 }))
    .map(([start, part, exponent]) => `${start}${part}e${exponent}`),
);

test("a decimal in any spelling is the number that Number makes of it, to the last bit", () => {
  fc.assert(
    fc.property(fc.array(anyDecimal, { minLength: 1, maxLength: 20 }), (texts) => {
      expect(read(texts).values).toEqual(texts.map(Number));
    }),
    { numRuns: 3000 },
  );
});

test("decimals in the middle between two float64, and beside it, are rounded as Number does", () => {
  // 2^53 + 1 and its like with a fraction: as many digits as are read without a text.
  for (const text of [
    "9007199254740993",
    "9007199254740992.5",
    "4503599627370496.5",
    "4503599627370497.5",
    "450359962737049.65625",
    "1125899906842624.125",
    "1125899906842624.375",
    "562949953421312.0625",
    "562949953421312.06250001",
    "562949953421312.06249999",
    "8.5",
    "0.3000000000000000166",
    "1.00000000000000011102230",
    "1.0000000000000001",
  ]) {
    expect(read([text]).values, text).toEqual([Number(text)]);
    expect(read([`-${text}`]).values, text).toEqual([-Number(text)]);
  }
});

test("what pandas writes of float32 and float64 measurements is read without a text for each cell", () => {
  const measured = fc.oneof(
    fc
      .double({ min: -1000, max: 1000, noNaN: true })
      .filter((value) => Math.abs(value) > 1e-4 || value === 0),
    fc.float({ min: -100, max: 100, noNaN: true }).filter((value) => Math.abs(value) > 1e-3 || value === 0),
  );
  const texts = fc.sample(measured, { numRuns: 2000, seed: 1 }).map((value) => String(value));
  const { values, textCount } = read(texts);
  expect(values).toEqual(texts.map(Number));
  expect(textCount).toBeLessThan(20);
});

test("the middle between two float64 is left to Number, a little beside it is not", () => {
  // 2^49, whose neighbours are 1/8 away.
  expect(exactDecimal(562949953421312, 6250000, 8, 0)).toBeNaN();
  expect(exactDecimal(562949953421312, 6249999, 8, 0)).toBe(562949953421312);
  expect(exactDecimal(562949953421312, 6250001, 8, 0)).toBe(562949953421312 + 0.125);
});
