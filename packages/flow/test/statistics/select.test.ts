import { expect, test } from "vitest";
import { medianInPlace, select } from "../../src/statistics/select.ts";
import { chance } from "../support/made-planes.ts";

test("what stands at a place is what stands there when all are sorted", () => {
  const random = chance(1);
  for (let count = 0; count < 300; count += 1) {
    const values = Float64Array.from({ length: 1 + Math.floor(20 * random()) }, () =>
      Math.floor(8 * random()),
    );
    const sorted = values.toSorted();
    const place = Math.floor(values.length * random());
    expect(select(values.slice(), place)).toBe(sorted[place]);
    const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
    expect(medianInPlace(values.slice())).toBe(middle);
  }
  expect(medianInPlace(new Float64Array(0))).toBe(Number.NaN);
});
