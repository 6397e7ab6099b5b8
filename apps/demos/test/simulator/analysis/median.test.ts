import { describe, expect, it } from "vitest";
import { median } from "../../../src/simulator/analysis/median.ts";

describe("median", () => {
  it("is the middle value, or the mean of the two in the middle, of what is finite", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, Number.NaN, 3, 2, Number.POSITIVE_INFINITY])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
