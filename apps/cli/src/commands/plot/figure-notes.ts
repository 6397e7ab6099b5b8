// What stands below a figure: how it was made, and what of the data it does not show.

import type { RoiEvent, RoiTrace } from "@kym/kym-dataset";
import type { Contrast } from "@kym/view";
import type { ShownPixels } from "../../figure/figure-facts.ts";
import { shownTrace } from "../../figure/trace-panel.ts";
import { shortNumber } from "../../screen/short-number.ts";
import { counted } from "../../terminal/text-table.ts";

/** What the sentences are about. */
export interface NotedFigure {
  readonly main: ShownPixels;
  readonly detail: ShownPixels | undefined;
  readonly contrast: Contrast;
  readonly traces: readonly RoiTrace[];
  /** ROIs with a trace for which there was no room. */
  readonly leftOut: readonly RoiTrace[];
  readonly events: readonly RoiEvent[];
  /** How many of them have no known place, because the scan has no line period or the event no time. */
  readonly unplacedEvents: number;
}

const STATES: Readonly<Record<RoiTrace["state"], string>> = {
  current: "",
  roi_changed: "; the ROI was changed or deleted after that",
  pixels_changed: "; the pixels were changed after that",
  calibration_changed: "; the calibration was changed after that",
  unknown: "",
};

/** Sentences, in the order in which a reader needs them. */
export function figureNotes(figure: NotedFigure): readonly string[] {
  const { main, detail, contrast, traces, leftOut, events, unplacedEvents } = figure;
  const native = detail ?? (main.linesPerBin === undefined ? main : undefined);
  const windows = [...new Set(traces.flatMap(({ windowLines }) => windowLines ?? []))];
  return [
    ...(main.linesPerBin === undefined
      ? []
      : [
          `${detail === undefined ? "The image shows" : "Above:"} one line of every ${shortNumber(main.linesPerBin)}${
            detail === undefined ? "" : "; below: every line"
          }.`,
        ]),
    ...(native === undefined || windows.length === 0
      ? []
      : [`Oblique marks: the slope measured in each window of ${windows.join(" or ")} lines.`]),
    `Contrast: percentiles 1 to 99.5, ${shortNumber(contrast.low)} to ${shortNumber(contrast.high)}.`,
    ...([main, detail].some((shown) => shown?.plane.pixels.some(Number.isNaN))
      ? ["Pixels without a number have the darkest colour."]
      : []),
    ...traces.map((trace) => traceNote(trace, main)),
    ...(traces.some((trace) => shownTrace(trace, main.stretch).smooth.some(Number.isFinite))
      ? ["Traces: grey as analysed, coloured cleaned."]
      : []),
    ...(events.length === 0 ? [] : [`Events: ${[...new Set(events.map(originOf))].join(" and ")}.`]),
    ...(leftOut.length === 0
      ? []
      : [`Not shown: ROI ${leftOut.map(({ roiId }) => roiId).join(", ")}; --roi chooses.`]),
    ...(unplacedEvents === 0
      ? []
      : [`Not shown: ${counted(unplacedEvents, "event")}, because no line period says where.`]),
  ];
}

function traceNote(trace: RoiTrace, { stretch }: ShownPixels): string {
  const { missing, total, beyond } = shownTrace(trace, stretch);
  const algorithm = trace.algorithm === null || trace.algorithm === "" ? "" : ` (${trace.algorithm})`;
  return `ROI ${trace.roiId}: ${originOf(trace)}${algorithm}, ${counted(total, "window")}, ${missing} without a number${
    beyond === 0 ? "" : `, ${beyond} beyond the axis`
  }${STATES[trace.state]}.`;
}

function originOf({ software }: RoiTrace | RoiEvent): string {
  return software === "lab" ? "the lab’s analysis" : software;
}
