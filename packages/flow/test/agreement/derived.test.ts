import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  DIAMETER_FLAGS,
  detectVelocityEvents,
  diameter,
  heartRate,
  type VelocityEvent,
} from "../../src/index.ts";
import { findKymographs, pathsOf, readScan, readTrace, type StoredTrace } from "../support/stored-trace.ts";
import { differingClean } from "./differing-clean.ts";

const folder = findKymographs();
const traceOf = (stem: string, roiId: number): StoredTrace =>
  readTrace(join(folder!, pathsOf(stem).trace), roiId);

const placesOf = (events: readonly VelocityEvent[]): readonly string[] =>
  events.map(({ eventType, iStart, iPeak }) => `${eventType.replace("baseline_", "")} ${iStart}/${iPeak}`);

describe.runIf(folder !== undefined)("on the lab's stored traces", () => {
  test("every window of three ROIs is cleaned as the lab did, blanks included", async () => {
    for (const roiId of [1, 2, 3]) {
      expect(await differingClean(traceOf("Capillary1_0001", roiId), false)).toBe(0);
    }
    expect(await differingClean(traceOf("20250722_A89_0003", 2), false)).toBe(0);
  });

  test("an older trace, which the import cut already, is only smoothed", async () => {
    expect(await differingClean(traceOf("20250722_A89_0003", 1), true)).toBe(0);
  });

  test("the five events of a capillary are the lab's to 1e-9, with and without its outliers", async () => {
    const stored = JSON.parse(
      readFileSync(join(folder!, "flow-analysis/Capillary1_0001_events.json"), "utf8"),
    ).velocity_events["1:1"];
    const trace = traceOf("Capillary1_0001", 1);
    const raw = await detectVelocityEvents(trace, { version: "lab", removeOutliers: false });
    expect(raw.thresholdMmPerS).toBeCloseTo(0.283_864_978_480_339_04, 12);
    expect(raw.events).toHaveLength(stored.length);
    for (const [index, event] of raw.events.entries()) {
      const theirs = stored[index];
      expect(event).toMatchObject({
        eventType: theirs.event_type,
        iStart: theirs.i_start,
        iPeak: theirs.i_peak,
        iEnd: null,
        machineType: theirs.machine_type,
      });
      expect(event.tStartS).toBeCloseTo(theirs.t_start, 9);
      expect(event.tPeakS).toBeCloseTo(theirs.t_peak, 9);
      expect(event.scorePeak).toBeCloseTo(theirs.score_peak, 9);
      expect(event.baselineBefore).toBeCloseTo(theirs.baseline_before, 9);
      expect(event.baselineAfter).toBeCloseTo(theirs.baseline_after, 9);
      expect(event.strength).toBeCloseTo(theirs.strength, 9);
    }
    const clean = await detectVelocityEvents(trace, { version: "lab" });
    expect(clean.thresholdMmPerS).toBeCloseTo(0.297_732_858_467_103, 12);
    expect(placesOf(clean.events)).toEqual([
      "rise 34/40",
      "drop 885/885",
      "rise 923/946",
      "drop 4378/4378",
      "rise 4530/4530",
    ]);
    expect(clean.events.map(({ strength }) => Number(strength.toFixed(3)))).toEqual([
      2.821, 1.659, 1.403, 3.692, 3.679,
    ]);
  });

  test("two more ROIs have as many events as the lab's program finds; ours begin nearer to their peaks", async () => {
    const middle = traceOf("Capillary1_0001", 2);
    const lab = await detectVelocityEvents(middle, { version: "lab" });
    expect(lab.events).toHaveLength(9);
    expect(lab.thresholdMmPerS).toBe(0.25);
    expect(lab.events.filter(({ iStart }) => iStart === 0)).toHaveLength(3);
    const mended = await detectVelocityEvents(middle);
    expect(mended.events).toHaveLength(9);
    expect(mended.events.filter(({ iStart }) => iStart === 0)).toEqual([]);
    const last = await detectVelocityEvents(traceOf("Capillary1_0001", 3), { version: "lab" });
    expect(last.events).toHaveLength(3);
  });

  test("heart rates lie on the grid of the lab's, and its other method agrees to 1e-3", async () => {
    const rates = [
      ["Capillary1_0001", 1, 387.240_704_5, 390.331_227_33],
      ["Capillary1_0001", 2, 386.536_203_52, 390.346_763_62],
      ["Capillary1_0001", 3, 387.240_704_5, 390.267_230_87],
      ["20250722_A89_0002", 2, 490.802_348_34, 479.944_159_33],
      ["20250722_A89_0003", 2, 485.166_340_51, 479.868_200_26],
    ] as const;
    for (const [stem, roiId, lomb, welch] of rates) {
      const rate = await heartRate(traceOf(stem, roiId));
      expect(rate.status).toBe("ok");
      expect(rate.lomb?.bpm).toBeCloseTo(lomb, 6);
      expect(rate.welch?.bpm).toBeCloseTo(welch, 6);
    }
  });

  test("diameters of two scans are as the lab's program has them", async () => {
    const lines = 2000;
    const counts = [];
    for (const [stem, umPerPixel] of [
      ["Capillary1_0001", 0.284],
      ["20250722_A89_0002", 0.45],
    ] as const) {
      const plane = readScan(join(folder!, pathsOf(stem).scan));
      const region = { lineStart: 0, lineStop: lines, columnStart: 0, columnStop: plane.columns };
      const trace = await diameter(plane, { region, umPerPixel, secondsPerLine: null });
      counts.push(trace.diameterPx.filter((width) => Number.isFinite(width)).length);
      if (stem === "Capillary1_0001") {
        expect([trace.leftEdgePx[0], trace.rightEdgePx[0], trace.diameterPx[0]]).toEqual([4, 14, 10]);
        expect(trace.diameterUm?.[0]).toBeCloseTo(2.84, 12);
        expect(trace.peak[0]).toBeCloseTo(302.266_67, 5);
        expect(trace.baseline[0]).toBeCloseTo(152.066_67, 5);
        expect(trace.qcScore[0]).toBe(0.9);
        const flags = DIAMETER_FLAGS.filter((_, bit) => ((trace.qcFlags[0]! >> bit) & 1) === 1);
        expect(flags).toEqual(["saturation"]);
      }
    }
    expect(counts).toEqual([486, 135]);
  });
});
