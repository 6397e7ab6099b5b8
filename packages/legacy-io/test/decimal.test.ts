import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDecimal } from "../src/decimal.ts";

function parse(text: string): number {
  const bytes = new TextEncoder().encode(`,${text},`);
  return parseDecimal(bytes, 1, bytes.length - 1);
}

const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 0, maxLength: 24 });

test("gives the double that Number gives, for any decimal number", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("", "-", "+"),
      digits,
      fc.option(digits),
      fc.option(fc.integer({ min: -330, max: 330 })),
      (sign, whole, decimals, exponent) => {
        const text =
          sign +
          whole +
          (decimals === null ? "" : `.${decimals}`) +
          (exponent === null ? "" : `e${exponent}`);
        const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text);
        expect(parse(text)).toBe(isNumber ? Number(text) : Number.NaN);
      },
    ),
    { numRuns: 3000 },
  );
});

test("gives back every double that was written with its shortest digits", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(parse(String(value))).toBe(Number(String(value)));
    }),
    { numRuns: 3000 },
  );
});

test("rounds halfway between two doubles as Number does", () => {
  for (const offset of [1n, 3n, 5n, 1023n]) {
    const middle = 2n ** 53n + offset;
    for (const text of [`${middle}`, `${middle}.0`, `${middle}.5`, `${middle * 5n}`, `0.${middle}`]) {
      expect(parse(text)).toBe(Number(text));
    }
  }
});

test("what Number accepts and is no decimal number is none", () => {
  for (const text of [
    "",
    " ",
    " 1",
    "1 ",
    "0x10",
    "0b1",
    "Infinity",
    "-Infinity",
    "1_000",
    ".",
    "-",
    "1e",
    "e5",
    "1.2.3",
    "--1",
    "१",
  ]) {
    expect(parse(text)).toBeNaN();
  }
  expect(parse("-0")).toBe(-0);
});
