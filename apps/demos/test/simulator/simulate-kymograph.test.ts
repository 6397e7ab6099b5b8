import { describe, expect, it } from "vitest";
import { mean } from "../../src/simulator/analysis/mean.ts";
import type { FlowProfile } from "../../src/simulator/flow-profile.ts";
import { seededRandom } from "../../src/simulator/random.ts";
import type { ScanGeometry } from "../../src/simulator/scan-geometry.ts";
import { type SimulatedKymograph, simulateKymograph } from "../../src/simulator/simulate-kymograph.ts";
import { estimateVelocity } from "./estimate-velocity.ts";

const GEOMETRY: ScanGeometry = { lines: 3000, px: 32, zoom: 2.21 };
const flow = (meanMmPerS: number, stall?: FlowProfile["stall"]): FlowProfile => ({
  meanMmPerS,
  pulseFraction: 0.1,
  heartRateHz: 8,
  stall,
});
const draw = (profile: FlowProfile, seed = "scan"): SimulatedKymograph =>
  simulateKymograph(GEOMETRY, profile, seededRandom(seed));

describe("simulateKymograph", () => {
  it("is decided by its seed", () => {
    expect(draw(flow(1)).pixels).toEqual(draw(flow(1)).pixels);
    expect(draw(flow(1), "another").pixels).not.toEqual(draw(flow(1)).pixels);
  });

  it("has pixels of 12 bits, dark cells on bright plasma", () => {
    const { pixels } = draw(flow(1));
    const sorted = [...pixels].sort((a, b) => a - b);
    expect(pixels).toHaveLength(GEOMETRY.lines * GEOMETRY.px);
    expect(sorted.at(-1)).toBeLessThanOrEqual(4095);
    expect(sorted[Math.floor(0.1 * sorted.length)]!).toBeLessThan(
      0.5 * sorted[Math.floor(0.9 * sorted.length)]!,
    );
  });

  it.each([0.2, 0.5, 1.2, 2.1, -0.2, -0.9, -1.8])(
    "has streaks of %s mm/s: measured by correlation, with its sign, to two percent",
    (meanMmPerS) => {
      const { pixels, velocityMmPerS } = draw(flow(meanMmPerS));
      const truth = mean(velocityMmPerS);
      expect(truth / meanMmPerS).toBeCloseTo(1, 2);
      expect(Math.abs(estimateVelocity(GEOMETRY, pixels) / truth - 1)).toBeLessThan(0.02);
    },
  );

  it("stands still in a stall: each column keeps its brightness, and elsewhere it does not", () => {
    const { pixels, velocityMmPerS } = draw(flow(1, { tStartS: 1, tStopS: 2 }));
    const [stallStart, stallStop] = [velocityMmPerS.indexOf(0), velocityMmPerS.lastIndexOf(0)];
    expect((stallStop - stallStart) * 0.00116).toBeCloseTo(1, 1);
    const spread = (first: number, last: number): number => {
      const column = Array.from(
        { length: last - first },
        (_, line) => pixels[(first + line) * GEOMETRY.px + 16]!,
      );
      const centre = mean(column);
      return Math.sqrt(mean(column.map((value) => (value - centre) ** 2))) / centre;
    };
    expect(spread(stallStart, stallStop)).toBeLessThan(0.25);
    expect(spread(0, stallStart - 30)).toBeGreaterThan(0.4);
  });
});
