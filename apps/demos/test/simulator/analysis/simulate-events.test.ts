import { describe, expect, it } from "vitest";
import { simulateEvents } from "../../../src/simulator/analysis/simulate-events.ts";
import { simulateTrace } from "../../../src/simulator/analysis/simulate-trace.ts";
import { velocityAt } from "../../../src/simulator/flow-profile.ts";
import { seededRandom } from "../../../src/simulator/random.ts";
import { secondsPerLine } from "../../../src/simulator/scan-geometry.ts";

const GEOMETRY = { lines: 4000, px: 20, zoom: 2.21 };
const PERIOD_S = secondsPerLine(GEOMETRY);
const STALL = { tStartS: 1.5, tStopS: 2.5 };
const PROFILE = { meanMmPerS: -0.8, pulseFraction: 0.1, heartRateHz: 8, stall: STALL };
const TRACE = simulateTrace(
  GEOMETRY,
  Float64Array.from({ length: GEOMETRY.lines }, (_, line) => velocityAt(PROFILE, line * PERIOD_S)),
  { dim0Start: 0, dim0Stop: GEOMETRY.lines, dim1Start: 0, dim1Stop: GEOMETRY.px },
  seededRandom("events"),
);

describe("simulateEvents", () => {
  it("finds the drop, what a person marked, and the rise of a stall, in order of time", () => {
    const events = simulateEvents(TRACE, STALL, PERIOD_S);
    expect(
      events.map(({ event_type, machine_type, user_type }) => [event_type, machine_type, user_type]),
    ).toEqual([
      ["baseline_drop", "stall_candidate", "unreviewed"],
      ["User Added", "other", "true_stall"],
      ["baseline_rise", "other", "unreviewed"],
    ]);
    const [drop, marked, rise] = events;
    expect(drop!.t_start).toBeCloseTo(STALL.tStartS, 1);
    expect(rise!.t_start).toBeCloseTo(STALL.tStopS, 1);
    expect(marked).toMatchObject({ t_start: 1.5, t_end: 2.5, duration_sec: 1 });
  });

  it("scores the change of speed, whatever its direction", () => {
    const [drop, , rise] = simulateEvents(TRACE, STALL, PERIOD_S);
    expect(drop!.baseline_before).toBeCloseTo(0.8, 0);
    expect(drop!.score_peak).toBeLessThan(-0.6);
    expect(rise!.score_peak).toBeGreaterThan(0.6);
    expect(drop!.strength).toBeCloseTo(-drop!.score_peak! / 0.25, 9);
  });

  it("counts windows for what the detector found, and lines for what a person added", () => {
    const [drop, marked] = simulateEvents(TRACE, STALL, PERIOD_S);
    expect(TRACE.timeS[drop!.i_start]).toBe(drop!.t_start);
    expect(marked!.i_start).toBe(Math.round(1.5 / PERIOD_S));
    expect(marked!.i_start / drop!.i_start).toBeCloseTo(4, 0);
  });

  it("finds nothing where nothing stalls", () => {
    expect(simulateEvents(TRACE, undefined, PERIOD_S)).toEqual([]);
  });
});
