import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonNumberText, pythonFloatRepr } from "../../src/json/python-float.ts";

describe("pythonFloatRepr", () => {
  test("reads back as the same number, from −0 to the smallest and the largest", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(pythonFloatRepr(value))).toBe(value);
      }),
    );
  });

  test("always shows that it is a float, with an exponent of two digits at least where there is one", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(pythonFloatRepr(value)).toMatch(/^-?(\d+\.\d+|\d(\.\d+)?e[+-]\d{2,3})$/);
      }),
    );
  });

  test("refuses what is not finite", () => {
    expect(() => pythonFloatRepr(Number.NaN)).toThrow(RangeError);
  });
});

describe("jsonNumberText", () => {
  test("writes a safe integer as an int and everything else as a float", () => {
    expect([1, -0, 2 ** 53 - 1, 2 ** 53, 0.5].map(jsonNumberText)).toEqual([
      "1",
      "-0.0",
      "9007199254740991",
      "9007199254740992.0",
      "0.5",
    ]);
  });
});
