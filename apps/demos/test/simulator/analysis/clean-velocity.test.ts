import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanVelocity } from "../../../src/simulator/analysis/clean-velocity.ts";

describe("cleanVelocity", () => {
  it("takes out what is more than two standard deviations away, and fills it from its neighbours", () => {
    const trace = [1, 1, 1, 1, 1, 1, 1, -5_000_000, 1.2, 1.4, 1, 1];
    expect(cleanVelocity(trace)).toEqual([1, 1, 1, 1, 1, 1, 1, 1.1, 1.2999999999999998, 1.2, 1, 1]);
  });

  it("is the median of three where nothing stands out", () => {
    expect(cleanVelocity([1, 3, 2, 4])).toEqual([2, 2, 3, 3]);
  });

  it("stays empty where there is nothing near, and never leaves the range of the trace", () => {
    const gap = [1, 1, Number.NaN, Number.NaN, Number.NaN, 1];
    expect(cleanVelocity(gap)).toEqual([1, 1, 1, Number.NaN, 1, 1]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1 }), (trace) => {
        const clean = cleanVelocity(trace).filter(Number.isFinite);
        expect(Math.min(...clean)).toBeGreaterThanOrEqual(Math.min(...trace));
        expect(Math.max(...clean)).toBeLessThanOrEqual(Math.max(...trace));
      }),
    );
  });
});
