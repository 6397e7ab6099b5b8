import { readFileSync } from "node:fs";
import { parseFlowAnalysis, parseVelocityTrace } from "@kym/legacy-io";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { simulateEvents } from "../../../src/simulator/analysis/simulate-events.ts";
import { simulateTrace } from "../../../src/simulator/analysis/simulate-trace.ts";
import {
  eventsJsonText,
  radonCsvText,
  radonJsonText,
} from "../../../src/simulator/files/flow-analysis-text.ts";
import { velocityAt } from "../../../src/simulator/flow-profile.ts";
import { planLabFolder } from "../../../src/simulator/plan-lab-folder.ts";
import { seededRandom } from "../../../src/simulator/random.ts";
import { secondsPerLine } from "../../../src/simulator/scan-geometry.ts";

const REAL = findSharedData("kymographs/flow-analysis");
const [TWO_ROIS, STALLED] = ["two ROIs", "with a stall"].map(
  (description) => planLabFolder().find((scan) => scan.description === description)!,
);
const tracesOf = (scan: NonNullable<typeof TWO_ROIS>) => {
  const periodS = secondsPerLine(scan.geometry);
  const velocity = Float64Array.from({ length: scan.geometry.lines }, (_, line) =>
    velocityAt(scan.profile, line * periodS),
  );
  return scan.rois.map(({ bounds }) => simulateTrace(scan.geometry, velocity, bounds, seededRandom("flow")));
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("radonCsvText", () => {
  it("is read back value for value, with gaps empty and sentinels kept", () => {
    const traces = tracesOf(TWO_ROIS!);
    const table = parseVelocityTrace(bytesOf(radonCsvText(TWO_ROIS!, traces)));
    const expected = traces.flatMap(({ velocityMmPerS }) => velocityMmPerS);
    expect(table.isV0).toBe(false);
    expect(table.rowCount).toBe(expected.length);
    expect([...table.columns["time_s"]!]).toEqual(traces.flatMap(({ timeS }) => timeS));
    expect([...table.columns["velocity_mm_s"]!].map((value) => value ?? Number.NaN)).toEqual(expected);
    expect(expected.some(Number.isNaN)).toBe(true);
    expect(expected.some((value) => value < -1e6)).toBe(true);
    expect(new Set([...table.columns["roi_id"]!])).toEqual(new Set([1n, 2n]));
    expect(new Set([...table.columns["px_per_line"]!])).toEqual(new Set([BigInt(TWO_ROIS!.geometry.px)]));
  });

  it.skipIf(REAL === undefined)("has the columns of a real file", () => {
    const real = readFileSync(`${REAL}/Capillary1_0001_radon.csv`, "latin1");
    const [columns] = radonCsvText(TWO_ROIS!, []).split("\n");
    expect(columns).toBe(real.slice(0, real.indexOf("\n")));
  });
});

describe("radonJsonText", () => {
  it("is read back as a run per ROI, one after the other", () => {
    const analysis = parseFlowAnalysis(radonJsonText(TWO_ROIS!), "radon_json");
    expect(analysis.version).toBe("3.0");
    expect(analysis.analyses).toMatchObject([
      { roiId: 1, channel: 1, algorithm: "mpRadon", windowSize: 16, roiRevisionAtAnalysis: 0 },
      { roiId: 2, channel: 1 },
    ]);
    expect(analysis.analyses[0]!.analyzedAt).toMatch(/^2025-07-21T\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  });

  it.skipIf(REAL === undefined)("has the keys of a real run, in order", () => {
    const runOf = (text: string): unknown => Object.values(JSON.parse(text).analysis_metadata)[0];
    const real = readFileSync(`${REAL}/Capillary1_0001_radon.json`, "utf8");
    expect(Object.keys(runOf(radonJsonText(TWO_ROIS!)) ?? {})).toEqual(Object.keys(runOf(real) ?? {}));
  });
});

describe("eventsJsonText", () => {
  const events = tracesOf(STALLED!).map((trace) =>
    simulateEvents(trace, STALLED!.profile.stall, secondsPerLine(STALLED!.geometry)),
  );

  it("is read back as the events of a stall, and as no events where a ROI has none", () => {
    expect(parseFlowAnalysis(eventsJsonText(events), "events_json")).toMatchObject({
      version: "2.0",
      warnings: [],
      events: [{ roiId: 1, channel: 1 }],
    });
    expect(parseFlowAnalysis(eventsJsonText(events), "events_json").events![0]!.events).toHaveLength(3);
    expect(parseFlowAnalysis(eventsJsonText([[], []]), "events_json").events).toEqual([
      { roiId: 1, channel: 1, events: [] },
      { roiId: 2, channel: 1, events: [] },
    ]);
  });

  it.skipIf(REAL === undefined)("has the keys of a real event, in order", () => {
    const real = JSON.parse(readFileSync(`${REAL}/Capillary1_0001_events.json`, "utf8"));
    for (const event of events[0]!) {
      expect(Object.keys(event)).toEqual(Object.keys(real.velocity_events["1:1"][0]));
    }
  });
});
