import { expect, test } from "vitest";
import { detectGaps, detectVelocityEvents, stallSummary, type TimedVelocity } from "../../src/index.ts";
import { chance } from "../support/made-planes.ts";

const RATE_HZ = 200;

/** A trace whose speed is a function of time. */
function traceOf(seconds: number, velocityAt: (timeS: number) => number): TimedVelocity {
  const timeS = Float64Array.from({ length: seconds * RATE_HZ }, (_, index) => index / RATE_HZ);
  return { timeS, velocityMmPerS: timeS.map(velocityAt) };
}

const random = chance(9);
const noise = (): number => 0.1 * (random() - 0.5);

test("a stall is a fall and a rise, at the times at which they were, in either direction of flow", async () => {
  for (const direction of [1, -1]) {
    const trace = traceOf(10, (time) => direction * ((time > 4 && time < 6 ? 0.05 : 1) + noise()));
    const { events, algorithm } = await detectVelocityEvents(trace);
    expect(algorithm).toBe("kym.events@1");
    const strong = events.filter(({ strength }) => strength > 1);
    expect(strong.map(({ eventType, machineType }) => [eventType, machineType])).toEqual([
      ["baseline_drop", "stall_candidate"],
      ["baseline_rise", "other"],
    ]);
    expect(strong[0]?.tPeakS).toBeCloseTo(4, 1);
    expect(strong[1]?.tPeakS).toBeCloseTo(6, 1);
    expect(strong[0]?.scorePeak).toBeCloseTo(-0.95, 1);
  }
});

test("ours begins at most a side of the comparison before its peak, and adds no fall beside another", async () => {
  const trace = traceOf(
    20,
    (time) => (time > 10 && time < 10.1 ? 0.85 : 1) + (time > 15 ? 0.6 : 0) + noise(),
  );
  const lab = await detectVelocityEvents(trace, { version: "lab" });
  const ours = await detectVelocityEvents(trace);
  expect(lab.algorithm).toBe("kymflow.events@1");
  const rise = (events: typeof ours.events) => events.find(({ eventType }) => eventType === "baseline_rise");
  expect(rise(lab.events)?.iStart).toBe(0);
  expect(rise(ours.events)?.tStartS).toBeGreaterThan(14.7);
  const falls = ours.events.filter(({ eventType }) => eventType === "baseline_drop");
  expect(falls).toHaveLength(2);
  expect(Math.abs(falls[1]!.iPeak! - falls[0]!.iPeak!)).toBeGreaterThan(0.75 * RATE_HZ);
});

test("windows without a number are a gap, and windows that stand still another", async () => {
  const trace = traceOf(10, (time) => {
    if (time >= 2 && time < 3) {
      return Number.NaN;
    }
    return time >= 6 && time < 7.5 ? 0 : 1;
  });
  const events = await detectGaps(trace);
  expect(events.map(({ eventType }) => eventType)).toEqual(["nan_gap", "zero_gap"]);
  expect(events[0]?.tStartS).toBeCloseTo(2, 1);
  expect(events[0]?.durationS).toBeCloseTo(1, 1);
  expect(events[1]?.tStartS).toBeCloseTo(6, 1);
  expect(events[1]?.note).toMatch(/^eps0=0\.0, zero_frac=0\.9\d\d$/);
  const outliers = {
    ...trace,
    velocityMmPerS: trace.velocityMmPerS.map((v) => (Number.isNaN(v) ? -5e6 : v)),
  };
  expect((await detectGaps(outliers)).map(({ eventType }) => eventType)).toEqual(["nan_gap", "zero_gap"]);
  expect(await detectGaps(outliers, { removeOutliers: false })).toHaveLength(1);
});

test("short, empty and lost traces have no events, and arguments that do not fit are refused", async () => {
  for (const seconds of [0, 0.1]) {
    const { events, thresholdMmPerS } = await detectVelocityEvents(traceOf(seconds, () => 1));
    expect([events, thresholdMmPerS]).toEqual([[], Number.NaN]);
  }
  const lost = await detectVelocityEvents(traceOf(5, () => Number.NaN));
  expect(lost.events.map(({ eventType }) => eventType)).toEqual(["nan_gap"]);
  const uneven = { timeS: new Float64Array(3), velocityMmPerS: new Float64Array(4) };
  await expect(detectVelocityEvents(uneven)).rejects.toThrow("timeS: expected 4 times, found 3");
  await expect(
    detectGaps(
      traceOf(1, () => 1),
      { signal: AbortSignal.abort(new Error("no")) },
    ),
  ).rejects.toThrow("no");
});

test("stalls are counted and timed, and windows of low quality are not stalls", () => {
  const trace = traceOf(60, (time) => ((time >= 10 && time < 11) || (time >= 30 && time < 32.5) ? 0 : 1));
  expect(stallSummary(trace)).toMatchObject({ stallCount: 2, lowQualityShare: Number.NaN });
  expect(stallSummary(trace).stallsPerMinute).toBeCloseTo(2, 6);
  expect(stallSummary(trace).timeStalledS).toBeCloseTo(3.5, 6);
  expect(stallSummary(trace).longestStallS).toBeCloseTo(2.5, 6);
  const quality = trace.timeS.map((time) => (time < 20 ? 1 : 10));
  const judged = stallSummary(trace, { quality, minQuality: 4 });
  expect(judged.stallCount).toBe(1);
  expect(judged.lowQualityShare).toBeCloseTo(1 / 3, 6);
  const slow = { ...trace, velocityMmPerS: trace.velocityMmPerS.map((value) => value / 100) };
  expect(stallSummary(slow, { stallMmPerS: 0.02 }).longestStallS).toBeCloseTo(60, 6);
  expect(stallSummary(traceOf(0, () => 1)).timeStalledS).toBe(Number.NaN);
});
