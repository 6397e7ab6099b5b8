// Writes the files of `flow-analysis/`: traces, runs and events of a scan.

import { cleanVelocity } from "../analysis/clean-velocity.ts";
import type { StoredEvent } from "../analysis/simulate-events.ts";
import { type VelocityTrace, WINDOW_LINES } from "../analysis/simulate-trace.ts";
import type { PlannedScan } from "../plan-lab-folder.ts";
import { statedCalibration } from "../scan-geometry.ts";

const CHANNEL = 1;
const ANALYSED_AFTER_MS = 7 * 86_400_000;
const COLUMNS = [
  "roi_id,channel,time,velocity,parentFolder,file,algorithm,delx,delt,numLines,pntsPerLine",
  "cleanVelocity,absVelocity",
].join(",");

/** Writes `<stem>_radon.csv`: the traces of all ROIs, starting with ROI 1. NaN is an empty cell. */
export function radonCsvText(scan: PlannedScan, traces: readonly VelocityTrace[]): string {
  const { lines, px } = scan.geometry;
  const { umPerPx, secondsPerLine } = statedCalibration(scan.geometry);
  const constants = [scan.date, `${scan.stem}.tif`, "mpRadon", umPerPx, secondsPerLine, lines, px].join(",");
  const rows = traces.flatMap(({ timeS, velocityMmPerS }, index) => {
    const clean = cleanVelocity(velocityMmPerS);
    return timeS.map((time, window) => {
      const cleaned = clean[window] ?? Number.NaN;
      const measured = [index + 1, CHANNEL, time, cell(velocityMmPerS[window])].join(",");
      return `${measured},${constants},${cell(cleaned)},${cell(Math.abs(cleaned))}`;
    });
  });
  return `${[COLUMNS, ...rows].join("\n")}\n`;
}

function cell(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}

/** Writes `<stem>_radon.json`, version 3.0: how and when each ROI was analysed, one second apart. */
export function radonJsonText(scan: PlannedScan): string {
  const entries = scan.rois.map((_, index) => {
    const analysedAtMs = scan.acquiredLocalEpochMs + ANALYSED_AFTER_MS + 1000 * index;
    const analysedAt = new Date(analysedAtMs).toISOString().replace("Z", "000+00:00");
    const run = {
      roi_id: index + 1,
      channel: CHANNEL,
      algorithm: "mpRadon",
      window_size: WINDOW_LINES,
      analyzed_at: analysedAt,
      analyzed_on: analysedAt,
      roi_revision_at_analysis: 0,
    };
    return [`${index + 1}:${CHANNEL}`, run] as const;
  });
  return JSON.stringify({ version: "3.0", analysis_metadata: Object.fromEntries(entries) }, undefined, 2);
}

/** Writes `<stem>_events.json`, version 2.0: the events of each ROI. An empty list means that none were found. */
export function eventsJsonText(events: readonly (readonly StoredEvent[])[]): string {
  const entries = events.map((list, index) => [`${index + 1}:${CHANNEL}`, list] as const);
  return JSON.stringify({ version: "2.0", velocity_events: Object.fromEntries(entries) }, undefined, 2);
}
