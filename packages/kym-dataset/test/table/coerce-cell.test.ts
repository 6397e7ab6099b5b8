import type { CellValue, ColumnType } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coerceCell, extraText } from "../../src/table/coerce-cell.ts";

test.each<[ColumnType, CellValue, CellValue]>([
  ["int64", 3, 3n],
  ["int64", 3n, 3n],
  ["int64", Number.NaN, null],
  ["int32", 3n, 3],
  ["float64", 3n, 3],
  ["float64", Number.NEGATIVE_INFINITY, null],
  ["utf8", "", ""],
  ["utf8", 7n, "7"],
  ["utf8", 0.5, "0.5"],
  ["utf8", true, "true"],
  ["bool", false, false],
])("%s takes %s", (type, value, expected) => {
  expect(coerceCell({ name: "x", type }, value)).toEqual(expected);
});

test.each<[ColumnType, CellValue]>([
  ["int64", 0.5],
  ["int64", 2n ** 63n],
  ["int64", "3"],
  ["int32", 2n ** 31n],
  ["float64", 2n ** 53n + 1n],
  ["float64", "0.5"],
  ["bool", 1],
  ["bool", "true"],
  ["utf8", "\ud800"],
])("%s refuses %s", (type, value) => {
  expect(() => coerceCell({ name: "x", type }, value)).toThrow(
    expect.objectContaining({ code: "schema_mismatch", details: expect.objectContaining({ path: "x" }) }),
  );
});

test("a missing value is NULL, and refused where there must be one", () => {
  expect(coerceCell({ name: "x", type: "int64" }, undefined)).toBeNull();
  expect(() => coerceCell({ name: "x", type: "int64", nullable: false }, null)).toThrow(
    "column x: expected a value, found null",
  );
});

const cell = fc.oneof(fc.bigInt(), fc.double(), fc.string(), fc.boolean(), fc.constant(null));

test("what fits is the value itself, and fits again", () => {
  const types: readonly ColumnType[] = ["int64", "int32", "float64", "utf8", "bool"];
  fc.assert(
    fc.property(fc.constantFrom(...types), cell, (type, value) => {
      let fitted: CellValue;
      try {
        fitted = coerceCell({ name: "x", type }, value);
      } catch {
        return;
      }
      expect(coerceCell({ name: "x", type }, fitted)).toEqual(fitted);
      if (fitted !== null && type !== "utf8") {
        expect(Number(fitted) === Number(value)).toBe(true);
      }
    }),
  );
});

test("an extra value is text, the same text when it is read back", () => {
  fc.assert(
    fc.property(cell, (value) => {
      const text = extraText(value);
      expect(extraText(text)).toBe(text);
      expect(text === null).toBe(value === null || Number.isNaN(value));
    }),
  );
  expect([extraText(1e-7), extraText(2n ** 60n), extraText(true), extraText("1")]).toEqual([
    "1e-07",
    "1152921504606846976",
    "true",
    "1",
  ]);
});
