import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mean } from "../../../src/simulator/analysis/mean.ts";
import { simulateTrace, type VelocityTrace } from "../../../src/simulator/analysis/simulate-trace.ts";
import { seededRandom } from "../../../src/simulator/random.ts";
import { type ScanGeometry, statedCalibration } from "../../../src/simulator/scan-geometry.ts";

const GEOMETRY: ScanGeometry = { lines: 4000, px: 20, zoom: 2.21 };
const bounds = (dim0Start: number, dim0Stop: number) => ({ dim0Start, dim0Stop, dim1Start: 0, dim1Stop: 20 });
const trace = (velocityMmPerS: number, roi = bounds(0, GEOMETRY.lines), geometry = GEOMETRY): VelocityTrace =>
  simulateTrace(
    geometry,
    new Float64Array(geometry.lines).fill(velocityMmPerS),
    roi,
    seededRandom(`${velocityMmPerS}`),
  );
const usable = ({ velocityMmPerS }: VelocityTrace): readonly number[] =>
  velocityMmPerS.filter((velocity) => Math.abs(velocity) <= 1e6);

describe("simulateTrace", () => {
  it("has as many windows as the real analyses of 30 000, 20 000 and 15 000 lines", () => {
    const geometry = { ...GEOMETRY, lines: 30_000 };
    const counts = [30_000, 20_000, 15_000].map((lines) => trace(1, bounds(0, lines), geometry).timeS.length);
    expect(counts).toEqual([7497, 4997, 3747]);
  });

  it("gives each window the time of its centre, from the image's start, in float32", () => {
    const { timeS } = trace(1, bounds(1000, 2000));
    const { secondsPerLine } = statedCalibration(GEOMETRY);
    expect(timeS[0]).toBe(Math.fround(1008 * secondsPerLine));
    expect(timeS[1]).toBe(Math.fround(1012 * secondsPerLine));
    expect(timeS.at(-1)).toBeCloseTo(1992 * secondsPerLine, 6);
  });

  it("measures what is true, on average, for flow in either direction", () => {
    const flow = fc.double({ min: 0.2, max: 2.2, noNaN: true });
    fc.assert(
      fc.property(flow, fc.boolean(), (speed, isBackward) => {
        const velocity = isBackward ? -speed : speed;
        expect(Math.abs(mean(usable(trace(velocity))) / velocity - 1)).toBeLessThan(0.02);
      }),
      { numRuns: 40 },
    );
  });

  it("gives few different values, as angles of a quarter degree do, all in float32", () => {
    const values = usable(trace(1));
    expect(new Set(values).size).toBeLessThan(20);
    expect(values.every((value) => Math.fround(value) === value)).toBe(true);
  });

  it("holds gaps, and the large number that stands for a right angle", () => {
    const { velocityMmPerS } = trace(1);
    const { umPerPx, secondsPerLine } = statedCalibration(GEOMETRY);
    const sentinels = velocityMmPerS.filter((velocity) => Math.abs(velocity) > 1e6);
    expect(velocityMmPerS.filter(Number.isNaN).length).toBeGreaterThanOrEqual(2);
    expect(sentinels.length).toBeGreaterThanOrEqual(1);
    expect(sentinels[0]! / ((umPerPx / secondsPerLine) * -22_877_334e-3)).toBeCloseTo(1, 6);
  });

  it("has exact zeros where nothing moves", () => {
    const values = usable(trace(0));
    expect(values.filter((value) => Object.is(value, 0)).length).toBeGreaterThan(0.2 * values.length);
    expect(values.some((value) => Object.is(value, -0))).toBe(false);
  });

  it("refuses a ROI that holds no window", () => {
    expect(() => trace(1, bounds(0, 15))).toThrow("a ROI of 15 lines holds no window of 16");
    expect(trace(1, bounds(0, 16)).timeS).toHaveLength(1);
  });
});
