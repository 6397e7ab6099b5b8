// A dot plot: a strip for each group, with one point an image, the median, and the mean of animals or days with its SEM.

import { type Axis, ticksBetween, toScreen } from "@kym/view";
import { element, rounded, wordsElement } from "../../figure/svg-element.ts";
import type { ReportGroup, ReportMeasure } from "../../report/report-data.ts";
import { counted } from "../../terminal/text-table.ts";
import { shownValue, withUnit } from "./shown-value.ts";
import type { ImagePlaces } from "./table-section.ts";

const WIDTH = 460;
const SIDE = 14;
const RADIUS = 3.4;
/** Points lie at most this far from the middle of their strip; beyond, they cover each other. */
const MOST_ASIDE = 17;
const LABEL_HEIGHT = 17;
const STRIP_HEIGHT: number = 2 * MOST_ASIDE + 2 * RADIUS + 16;
const AXIS_HEIGHT = 34;
const MOST_TICKS = 6;
const COLOURS = 6;

/** The class of the colour of a group, the same in each plot and legend of a report. */
export function groupColour(index: number): string {
  return `var(--g${index % COLOURS})`;
}

/** The plot as SVG; one text for those who do not see it. Groups without a value keep their strip, so that they are missed. */
export function dotPlot(measure: ReportMeasure, units: string, places: ImagePlaces): string {
  const { groups, unit, label } = measure;
  const axis = valueAxis(groups);
  const height = groups.length * (LABEL_HEIGHT + STRIP_HEIGHT) + AXIS_HEIGHT;
  const bottom = height - AXIS_HEIGHT;
  const ticks = ticksBetween(axis.from, axis.to, { atMost: MOST_TICKS });
  return element(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": plotWords(measure, units) },
    [
      ...ticks.map(({ value }) =>
        element("path", {
          class: value === 0 ? "axis" : "grid",
          d: `M${rounded(toScreen(axis, value))} 0V${rounded(bottom)}`,
        }),
      ),
      ...groups.map((group, index) => strip(group, index, { axis, unit, places })),
      element("path", { class: "axis", d: `M${SIDE} ${rounded(bottom)}H${WIDTH - SIDE}` }),
      ...ticks.map((tick) =>
        wordsElement(
          "text",
          { class: "tick", x: toScreen(axis, tick.value), y: bottom + 13, "text-anchor": "middle" },
          tick.label,
        ),
      ),
      wordsElement(
        "text",
        { class: "tick", x: WIDTH / 2, y: bottom + 28, "text-anchor": "middle" },
        unit === "" ? label : `${label} (${unit})`,
      ),
    ],
  );
}

interface StripPlace {
  readonly axis: Axis;
  readonly unit: string;
  readonly places: ImagePlaces;
}

function strip(group: ReportGroup, index: number, { axis, unit, places }: StripPlace): string {
  const top = index * (LABEL_HEIGHT + STRIP_HEIGHT);
  const middle = top + LABEL_HEIGHT + 4 + RADIUS + MOST_ASIDE;
  const asides = swarm(group.points.map(({ value }) => toScreen(axis, value)));
  return element("g", {}, [
    wordsElement("text", { class: "group", x: SIDE, y: top + 13 }, shortName(group.name)),
    wordsElement(
      "text",
      { class: "tick count", x: WIDTH - SIDE, y: top + 13, "text-anchor": "end" },
      group.n === 0 ? "no value" : `n = ${group.n}`,
    ),
    ...group.points.map(({ imageId, value }, point) =>
      element(
        "circle",
        {
          class: "point",
          cx: toScreen(axis, value),
          cy: middle + (asides[point] ?? 0),
          r: RADIUS,
          style: `fill:${groupColour(index)}`,
          "data-image": places.anchorOf(imageId),
        },
        [wordsElement("title", {}, `${places.nameOf(imageId)}: ${withUnit(value, unit)}`)],
      ),
    ),
    ...medianMark(group, axis, middle),
    ...meanMark(group, axis, middle),
  ]);
}

function medianMark({ median }: ReportGroup, axis: Axis, middle: number): readonly string[] {
  const half = MOST_ASIDE + RADIUS;
  return median === null
    ? []
    : [
        element("path", {
          class: "median",
          d: `M${rounded(toScreen(axis, median))} ${rounded(middle - half)}v${rounded(2 * half)}`,
        }),
      ];
}

/** A diamond with whiskers of one SEM, below the points. */
function meanMark({ mean, sem }: ReportGroup, axis: Axis, middle: number): readonly string[] {
  if (mean === null || sem === null) {
    return [];
  }
  const y = middle + MOST_ASIDE + RADIUS;
  const [x, from, to] = [mean, mean - sem, mean + sem].map((value) => rounded(toScreen(axis, value)));
  const whisker = `M${from} ${rounded(y)}H${to}M${from} ${rounded(y - 3)}v6M${to} ${rounded(y - 3)}v6`;
  return [
    element("path", { class: "mean", d: whisker }),
    element("path", {
      class: "mean",
      style: "fill:var(--ground)",
      d: `M${x} ${rounded(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`,
    }),
  ];
}

/** Around all values and whiskers; with zero if it is near, because a reader compares lengths with it. */
function valueAxis(groups: readonly ReportGroup[]): Axis {
  const values = groups.flatMap(({ points, mean, sem }) => [
    ...points.map(({ value }) => value),
    ...(mean === null || sem === null ? [] : [mean - sem, mean + sem]),
  ]);
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  if (!(least <= most)) {
    return { from: 0, to: 1, start: SIDE, stop: WIDTH - SIDE };
  }
  const extent = most - least || Math.abs(most) || 1;
  const from = least >= 0 && least <= extent ? 0 : least - extent * 0.06;
  const to = most < 0 && -most <= extent ? 0 : most + extent * (most === 0 ? 1 : 0.06);
  return { from, to, start: SIDE, stop: WIDTH - SIDE };
}

/** How far each point lies from the middle, so that points cover each other as little as possible; the same every time. */
export function swarm(places: readonly number[]): readonly number[] {
  const aside = new Array<number>(places.length).fill(0);
  const order = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0) || a - b);
  const near: number[] = [];
  for (const index of order) {
    const place = places[index] ?? 0;
    while (near[0] !== undefined && place - (places[near[0]] ?? 0) >= 2 * RADIUS) {
      near.shift();
    }
    const taken = near.map((other) => ({ dx: place - (places[other] ?? 0), y: aside[other] ?? 0 }));
    aside[index] =
      STEPS.find((y) => taken.every((other) => other.dx ** 2 + (other.y - y) ** 2 >= (2 * RADIUS) ** 2)) ??
      STEPS[near.length % STEPS.length] ??
      0;
    near.push(index);
  }
  return aside;
}

/** 0, then up and down in turn. */
const STEPS: readonly number[] = Array.from({ length: 2 * MOST_ASIDE + 1 }, (_, step) =>
  step % 2 === 0 ? -step / 2 : (step + 1) / 2,
);

const MOST_LETTERS = 48;

function shortName(name: string): string {
  const letters = [...name];
  return letters.length <= MOST_LETTERS ? name : `${letters.slice(0, MOST_LETTERS - 1).join("")}…`;
}

function plotWords({ label, unit, groups }: ReportMeasure, units: string): string {
  const ofGroups = groups.map(({ name, n, median, mean, sem, nUnits }) =>
    n === 0
      ? `${name}: no value`
      : `${name}: ${counted(n, "image")}, median ${withUnit(median, unit)}${
          sem === null
            ? ""
            : `, mean ${withUnit(mean, unit)} plus or minus ${shownValue(sem)} over ${counted(nUnits, units)}`
        }`,
  );
  return `Dot plot of ${label}. ${ofGroups.join(". ")}.`;
}
