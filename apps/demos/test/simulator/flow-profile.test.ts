import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlowProfile, velocityAt } from "../../src/simulator/flow-profile.ts";

const STALL = { tStartS: 1, tStopS: 2 };
const profileWith = (meanMmPerS: number): FlowProfile => ({
  meanMmPerS,
  pulseFraction: 0.1,
  heartRateHz: 8,
  stall: STALL,
});
const mean = fc.double({ min: -5, max: 5, noNaN: true });

describe("velocityAt", () => {
  it("is zero in a stall, whatever the flow was", () => {
    fc.assert(
      fc.property(
        mean,
        fc.double({ min: STALL.tStartS, max: STALL.tStopS, noNaN: true }),
        (meanMmPerS, tS) => {
          expect(Math.abs(velocityAt(profileWith(meanMmPerS), tS))).toBe(0);
        },
      ),
    );
  });

  it("stays within the pulse, and keeps its sign, away from a stall", () => {
    const awayFromStall = fc.oneof(
      fc.double({ min: 0, max: 0.96, noNaN: true }),
      fc.double({ min: 2.04, max: 5, noNaN: true }),
    );
    fc.assert(
      fc.property(mean, awayFromStall, (meanMmPerS, tS) => {
        const velocity = velocityAt(profileWith(meanMmPerS), tS);
        expect(Math.abs(velocity - meanMmPerS)).toBeLessThanOrEqual(0.1 * Math.abs(meanMmPerS) + 1e-12);
        expect(velocity * meanMmPerS).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("stops within 30 ms", () => {
    const profile = profileWith(1);
    const [before, ramp, after] = [0.96, 0.985, 1.001].map((tS) => velocityAt(profile, tS));
    expect(before).toBeGreaterThan(0.8);
    expect(ramp).toBeGreaterThan(0);
    expect(ramp).toBeLessThan(before!);
    expect(after).toBe(0);
  });
});
