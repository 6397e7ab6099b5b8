// Simulates the velocity events that a lab's application stores: those it detects and those a person marks.

import type { Stall } from "../flow-profile.ts";
import { median } from "./median.ts";
import type { VelocityTrace } from "./simulate-trace.ts";

const COMPARED_S = 0.25;
const THRESHOLD_MM_PER_S = 0.25;

/** One event as `_events.json` of the lab's application stores it, with its keys in the application's order. */
export interface StoredEvent {
  readonly event_type: "baseline_drop" | "baseline_rise" | "User Added";
  /** An index into the velocity trace if the detector found the event; a line of the image if a person added it. */
  readonly i_start: number;
  readonly i_peak: number | null;
  readonly i_end: number | null;
  readonly t_start: number;
  readonly t_peak: number | null;
  readonly t_end: number | null;
  readonly score_peak: number | null;
  readonly baseline_before: number | null;
  readonly baseline_after: number | null;
  readonly strength: number | null;
  readonly nan_fraction_in_event: null;
  readonly n_valid_in_event: null;
  readonly duration_sec: number | null;
  readonly machine_type: "stall_candidate" | "other";
  readonly user_type: "unreviewed" | "true_stall";
  readonly note: string;
  readonly channel: 1;
}

/** Returns the events that a stall leaves: the drop and the rise that the detector finds, and the scorer's mark. */
export function simulateEvents(
  trace: VelocityTrace,
  stall: Stall | undefined,
  secondsPerLine: number,
): readonly StoredEvent[] {
  if (stall === undefined) {
    return [];
  }
  return [
    detectedEvent(trace, stall.tStartS, "baseline_drop"),
    {
      event_type: "User Added",
      i_start: Math.round(stall.tStartS / secondsPerLine),
      i_peak: null,
      i_end: Math.round(stall.tStopS / secondsPerLine),
      t_start: stall.tStartS,
      t_peak: null,
      t_end: stall.tStopS,
      score_peak: null,
      baseline_before: null,
      baseline_after: null,
      strength: null,
      nan_fraction_in_event: null,
      n_valid_in_event: null,
      duration_sec: stall.tStopS - stall.tStartS,
      machine_type: "other",
      user_type: "true_stall",
      note: "scored blind",
      channel: 1,
    },
    detectedEvent(trace, stall.tStopS, "baseline_rise"),
  ];
}

function detectedEvent(
  trace: VelocityTrace,
  tS: number,
  type: "baseline_drop" | "baseline_rise",
): StoredEvent {
  const index = trace.timeS.findIndex((timeS) => timeS >= tS);
  const first = trace.timeS[0] ?? 0;
  const width = trace.timeS.filter((timeS) => timeS - first < COMPARED_S).length;
  const speed = trace.velocityMmPerS.map(Math.abs);
  const before = median(speed.slice(Math.max(0, index - width), index));
  const after = median(speed.slice(index, index + width));
  const time = trace.timeS[index] ?? tS;
  return {
    event_type: type,
    i_start: index,
    i_peak: index,
    i_end: null,
    t_start: time,
    t_peak: time,
    t_end: null,
    score_peak: after - before,
    baseline_before: before,
    baseline_after: after,
    strength: Math.abs(after - before) / THRESHOLD_MM_PER_S,
    nan_fraction_in_event: null,
    n_valid_in_event: null,
    duration_sec: null,
    machine_type: type === "baseline_drop" ? "stall_candidate" : "other",
    user_type: "unreviewed",
    note: "",
    channel: 1,
  };
}
