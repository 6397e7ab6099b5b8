import { expect, test } from "vitest";
import { shortNumber } from "../../src/screen/short-number.ts";

test("a number is read in five digits; a whole number keeps all of its digits", () => {
  expect([-1.1480221427577417, 0.00026213, 30000, 1234567.5, 1e21, 0, Number.NaN].map(shortNumber)).toEqual([
    "-1.148",
    "0.00026213",
    "30000",
    "1234600",
    "1e+21",
    "0",
    "NaN",
  ]);
});
