// The chart of one velocity trace, drawn by uPlot. This file alone imports it.

import { planeUnits, ticksBetween, traceRuns, type ValueRange, valueRange } from "@kym/view";
import uPlot from "uplot";
import type { Kymograph, KymographTrace } from "../model/kymograph.ts";
import type { TimeRange } from "../model/time-range.ts";
import { hasVelocity, shownVelocity } from "../model/viewer-words.ts";
import { axisLabels } from "../screen/axis-labels.ts";
import { LEFT_GUTTER, labelsAlong, RIGHT_GUTTER } from "../screen/plot-layout.ts";

/** Colours that are computed from the style sheet when the chart is drawn. */
export interface ChartColours {
  readonly ink: string;
  readonly pale: string;
  readonly line: string;
  readonly trace: string;
}

const TITLE_SIZE = 18;
const FONT = "11px system-ui, sans-serif";

/** A chart in an element. */
export class TraceChart {
  readonly #plot: uPlot;
  /** The axis of values, and how many lie beyond it. */
  readonly values: ValueRange;

  constructor(
    into: HTMLElement,
    trace: KymographTrace,
    options: {
      readonly pixelSize: Kymograph["pixelSize"];
      readonly range: TimeRange;
      readonly width: number;
      readonly height: number;
      readonly colours: () => ChartColours;
    },
  ) {
    const values = shownVelocity(trace);
    this.values = valueRange(values);
    this.#plot = new uPlot(
      chartOptions(trace, { ...options, values: this.values }),
      [trace.centreLine, nullsFor(values), nullsFor(smoothOf(trace))],
      into,
    );
  }

  /** The element in which lines are drawn, as large as the plot. */
  get surface(): HTMLElement {
    return this.#plot.over;
  }

  /** Where a value lies, in CSS pixels from the top of the surface. */
  placeOf(value: number): number {
    return this.#plot.valToPos(value, "y");
  }

  /** Draws a range at a size. */
  draw(range: TimeRange, width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) {
      this.#plot.setSize({ width, height });
    }
    this.#plot.batch(() => {
      this.#plot.setScale("x", { min: range.start, max: range.stop });
      this.#plot.redraw(false, true);
    });
  }

  destroy(): void {
    this.#plot.destroy();
  }
}

function chartOptions(
  trace: KymographTrace,
  {
    pixelSize,
    range,
    width,
    height,
    colours,
    values,
  }: {
    readonly pixelSize: Kymograph["pixelSize"];
    readonly range: TimeRange;
    readonly width: number;
    readonly height: number;
    readonly colours: () => ChartColours;
    readonly values: ValueRange;
  },
): uPlot.Options {
  const { time } = planeUnits(pixelSize);
  const hasSmooth = smoothOf(trace).some(Number.isFinite);
  const axis = {
    ...{ font: FONT, labelFont: FONT, labelSize: TITLE_SIZE },
    stroke: () => colours().pale,
    grid: { stroke: () => colours().line, width: 1 },
    ticks: { stroke: () => colours().line, width: 1, size: 4 },
  };
  const labels = (u: uPlot): ReturnType<typeof axisLabels> => {
    const { min = range.start, max = range.stop } = u.scales["x"] ?? {};
    return axisLabels(
      { from: min, to: max, start: min, stop: max },
      time,
      labelsAlong(u.over.clientWidth || width),
    );
  };
  return {
    ...{ width, height },
    padding: [6, RIGHT_GUTTER, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_, min, max) => [min ?? range.start, max ?? range.stop] },
      y: { range: [values.from, values.to] },
    },
    axes: [
      {
        ...axis,
        ...{ size: 20, label: time.title },
        splits: (u) => labels(u).map(({ place }) => place),
        values: (u) => labels(u).map(({ label }) => label),
      },
      {
        ...axis,
        ...{
          size: LEFT_GUTTER - TITLE_SIZE,
          label: hasVelocity(trace) ? "velocity (mm/s)" : "shift (px/line)",
        },
        splits: (u) => valueTicks(values, u.over.clientHeight || height).map(({ value }) => value),
        values: (u) => valueTicks(values, u.over.clientHeight || height).map(({ label }) => label),
      },
    ],
    series: [
      {},
      {
        stroke: () => (hasSmooth ? colours().pale : colours().trace),
        width: hasSmooth ? 0.75 : 1.25,
        points: lonePoints(shownVelocity(trace), () => (hasSmooth ? colours().pale : colours().trace)),
      },
      {
        stroke: () => colours().trace,
        width: 1.5,
        points: lonePoints(smoothOf(trace), () => colours().trace),
      },
    ],
  };
}

function valueTicks({ from, to }: ValueRange, height: number): ReturnType<typeof ticksBetween> {
  return ticksBetween(from, to, { atMost: Math.max(2, Math.floor(height / 28)) });
}

/** A window without neighbours is a dot: a line through one point cannot be seen. */
function lonePoints(values: Float64Array, stroke: () => string): uPlot.Series.Points {
  const lone = traceRuns(values).flatMap(({ start, stop }) => (stop - start === 1 ? [start] : []));
  return { show: lone.length > 0, size: 3, width: 0, stroke, fill: stroke, filter: () => lone };
}

/** Velocities without outliers; shifts are not cleaned. */
function smoothOf(trace: KymographTrace): Float64Array {
  const { cleanMmPerS, velocityMmPerS } = trace;
  return cleanMmPerS !== undefined && hasVelocity(trace) ? cleanMmPerS : velocityMmPerS.map(() => Number.NaN);
}

/** uPlot leaves a gap at null, and draws NaN as a line to nowhere. */
function nullsFor(values: Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}
