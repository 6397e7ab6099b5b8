// The panel of a velocity trace: one ROI, with gaps where nothing was measured, and its events.

import type { RoiEvent, RoiTrace } from "@kym/kym-dataset";
import { type Axis, planeUnits, ticksBetween, toScreen, traceRuns, valueRange } from "@kym/view";
import { bottomAxis, frame, leftAxis, type PanelBox, placedTicks } from "./axis-marks.ts";
import type { FigureFacts } from "./figure-facts.ts";
import { eventStyle, INK, PALE } from "./figure-style.ts";
import { haloedWords } from "./haloed-words.ts";
import { element, rounded, wordsElement } from "./svg-element.ts";

/** What a panel shows of a trace, and how many values do not fit. */
export interface ShownTrace {
  readonly values: Float64Array;
  readonly smooth: Float64Array;
  readonly title: string;
  readonly from: number;
  readonly to: number;
  /** Values beyond the axis. */
  readonly beyond: number;
  /** Windows without a number. */
  readonly missing: number;
  readonly total: number;
}

/** The windows of a stretch: velocities where there is one, otherwise the shift in pixels a line. */
export function shownTrace(trace: RoiTrace, stretch: FigureFacts["main"]["stretch"]): ShownTrace {
  const isInside = (window: number): boolean => {
    const line = trace.centreLine[window] ?? Number.NaN;
    return line >= stretch.start && line <= stretch.stop;
  };
  const within = (values: Float64Array): Float64Array =>
    values.map((value, window) => (isInside(window) ? value : Number.NaN));
  const hasVelocity = trace.velocityMmPerS.some(Number.isFinite);
  const values = within(hasVelocity ? trace.velocityMmPerS : trace.pxPerLine);
  const total = trace.centreLine.filter((_, window) => isInside(window)).length;
  return {
    values,
    smooth: within(hasVelocity ? trace.cleanMmPerS : values.map(() => Number.NaN)),
    title: hasVelocity ? "velocity (mm/s)" : "shift (px/line)",
    ...valueRange(values),
    missing: total - values.filter(Number.isFinite).length,
    total,
  };
}

export interface TracePanelOptions {
  readonly colour: string;
  readonly hasTimeLabels: boolean;
}

export function tracePanel(
  facts: FigureFacts,
  trace: RoiTrace,
  box: PanelBox,
  { colour, hasTimeLabels }: TracePanelOptions,
): readonly string[] {
  const { left, top, width, height } = box;
  const { stretch } = facts.main;
  const lines: Axis = { from: stretch.start, to: stretch.stop, start: left, stop: left + width };
  const shown = shownTrace(trace, stretch);
  const values: Axis = { from: shown.from, to: shown.to, start: top + height, stop: top };
  const { time } = planeUnits(facts.pixelSize);
  const id = `trace-${trace.roiId}-${trace.channel}`;
  const hasSmooth = shown.smooth.some(Number.isFinite);
  const zero = toScreen(values, 0);
  const events = placedEvents(
    facts.events.filter(({ roiId, channel }) => roiId === trace.roiId && channel === trace.channel),
    lines,
    facts,
  );
  return [
    element("clipPath", { id }, [element("rect", { x: left, y: top, width, height })]),
    element("g", { "clip-path": `url(#${id})` }, [
      ...events.map((event) => bandOf(event, box)),
      element("path", {
        d: `M${rounded(left)} ${rounded(zero)}h${rounded(width)}`,
        ...{ stroke: PALE, "stroke-width": 0.6, "stroke-dasharray": "2 2" },
      }),
      curveOf(trace.centreLine, shown.values, lines, values, {
        class: "velocity",
        stroke: hasSmooth ? "#a8a8a8" : colour,
        "stroke-width": hasSmooth ? 0.6 : 0.9,
      }),
      curveOf(trace.centreLine, shown.smooth, lines, values, {
        class: "clean-velocity",
        stroke: colour,
        "stroke-width": 1,
      }),
      ...lettersOf(events, box),
    ]),
    frame(box),
    wordsElement(
      "text",
      { x: left + width + 5, y: top + 9, "font-size": 9, fill: colour, "font-weight": "bold" },
      `ROI ${trace.roiId}`,
    ),
    ...leftAxis(
      box,
      ticksBetween(shown.from, shown.to, { atMost: Math.max(2, Math.floor(height / 16)) }).map((tick) => ({
        ...tick,
        place: toScreen(values, tick.value),
      })),
      shown.title,
    ),
    ...bottomAxis(box, placedTicks(lines, time, 8), hasTimeLabels ? time.title : undefined),
  ];
}

/** Pieces without gaps; a window that has no neighbour is a dot. */
function curveOf(
  centreLine: Float64Array,
  data: Float64Array,
  lines: Axis,
  values: Axis,
  style: Readonly<Record<string, string | number>>,
): string {
  const place = (window: number): string =>
    `${rounded(toScreen(lines, centreLine[window] ?? 0))} ${rounded(toScreen(values, data[window] ?? 0))}`;
  const pieces = traceRuns(data).map(({ start, stop }) =>
    stop - start === 1
      ? `M${place(start)}h0`
      : Array.from({ length: stop - start }, (_, n) => `${n === 0 ? "M" : "L"}${place(start + n)}`).join(""),
  );
  return pieces.length === 0
    ? ""
    : element("path", {
        d: pieces.join(""),
        ...{ fill: "none", "stroke-linejoin": "round", "stroke-linecap": "round" },
        ...style,
      });
}

/** An event with its place on the screen. */
interface PlacedEvent extends RoiEvent {
  readonly x: number;
  readonly width: number;
}

/** In order of time. Without a line period nobody knows where events are. */
function placedEvents(
  events: readonly RoiEvent[],
  lines: Axis,
  { pixelSize: { secondsPerLine } }: FigureFacts,
): readonly PlacedEvent[] {
  return events
    .flatMap((event): PlacedEvent[] => {
      const { startS, endS } = event;
      if (startS === null || secondsPerLine === null) {
        return [];
      }
      const x = toScreen(lines, startS / secondsPerLine);
      const stop = endS === null ? x : toScreen(lines, endS / secondsPerLine);
      return [{ ...event, x, width: Math.max(stop - x, 1) }];
    })
    .toSorted((a, b) => a.x - b.x);
}

/** A tinted band from start to end, with a bar at its top; a line for an event without an end. */
function bandOf({ eventType, endS, x, width }: PlacedEvent, { top, height }: PanelBox): string {
  const { colour } = eventStyle(eventType);
  const place = { x, y: top, width };
  return [
    element("rect", {
      ...{ class: "event", "data-type": eventType ?? "", ...place, height },
      ...{ fill: colour, "fill-opacity": endS === null ? 0.6 : 0.18 },
    }),
    element("rect", { ...place, height: 2.5, fill: colour }),
  ].join("");
}

/** Letters nearer to each other than this stand one below the other. */
const LETTER_WIDTH = 9;

/** The letter of each event, over the curve. */
function lettersOf(events: readonly PlacedEvent[], { left, top }: PanelBox): readonly string[] {
  let [last, row] = [Number.NEGATIVE_INFINITY, 0];
  return events.map(({ eventType, x }) => {
    const { letter, colour } = eventStyle(eventType);
    const place = Math.max(x, left) + 2.5;
    row = place - last < LETTER_WIDTH ? row + 1 : 0;
    last = place;
    return haloedWords(place, top + 12 + row * LETTER_WIDTH, letter, { size: 8, colour, halo: "#ffffff" });
  });
}

/** The letters of the events that a figure shows, with what they stand for; empty without events. */
export function eventLegend(facts: FigureFacts, x: number, y: number): string {
  const types = [...new Set(facts.events.map(({ eventType }) => eventType))];
  const words = types.map((type) => `${eventStyle(type).letter} ${(type ?? "event").replaceAll("_", " ")}`);
  return words.length === 0
    ? ""
    : wordsElement("text", { x, y, "font-size": 8.5, fill: INK }, `events: ${words.join(" · ")}`);
}
