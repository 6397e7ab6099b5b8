// The panel of an image: pixels with time to the right, ROIs, slopes and a scale bar.

import type { RoiTrace } from "@kym/kym-dataset";
import { type Roi, roiBounds } from "@kym/roi";
import {
  type Axis,
  type AxisUnit,
  paintLevels,
  planeUnits,
  roiOutline,
  scaleBar,
  screenPerPixel,
  slopeMarks,
  toScreen,
} from "@kym/view";
import { bottomAxis, frame, leftAxis, type PanelBox, placedTicks } from "./axis-marks.ts";
import { embedPicture } from "./embed-picture.ts";
import type { FigureFacts, ShownPixels } from "./figure-facts.ts";
import { markColour } from "./figure-style.ts";
import { haloedWords } from "./haloed-words.ts";
import { element, rounded } from "./svg-element.ts";

/** Marks nearer to each other than this would hide the streaks. */
const LEAST_MARK_DISTANCE = 1.5;
/** How much of its window a mark covers, so that the streak can be seen before and after it. */
const MARK_SHARE = 0.5;

/** The axes of a panel: lines to the right, columns down. */
function axesOf(
  { left, top, width, height }: PanelBox,
  { stretch }: ShownPixels,
  columns: number,
): { readonly lines: Axis; readonly columns: Axis } {
  return {
    lines: { from: stretch.start, to: stretch.stop, start: left, stop: left + width },
    columns: { from: 0, to: columns, start: top, stop: top + height },
  };
}

/** @param hasTimeLabels whether the axis of time is labelled here, not in a panel below */
export function imagePanel(
  facts: FigureFacts,
  shown: ShownPixels,
  box: PanelBox,
  hasTimeLabels: boolean,
): readonly string[] {
  const axes = axesOf(box, shown, facts.columns);
  const { time, space } = planeUnits(facts.pixelSize);
  const id = `image-${shown.stretch.start}-${shown.stretch.stop}`;
  const { left: x, top: y, width, height } = box;
  return [
    element("clipPath", { id }, [element("rect", { x, y, width, height })]),
    embedPicture(paintLevels(shown.plane, facts.contrast), facts.palette, box),
    element("g", { "clip-path": `url(#${id})` }, [
      ...facts.rois.flatMap((roi, index) => outlineOf(roi, axes, markColour(facts.palette, index))),
      ...(shown.linesPerBin === undefined
        ? facts.traces.map((trace) => slopesOf(trace, axes, facts, shown))
        : []),
      ...labelsOf(facts, axes),
      ...barsOf(box, axes, { time, space }),
    ]),
    frame(box),
    ...leftAxis(box, placedTicks(axes.columns, space, Math.max(2, Math.floor(height / 24))), space.title),
    ...bottomAxis(box, placedTicks(axes.lines, time, 8), hasTimeLabels ? time.title : undefined),
  ];
}

interface Axes {
  readonly lines: Axis;
  readonly columns: Axis;
}

function outlineOf(roi: Roi, axes: Axes, colour: string): readonly string[] {
  const outline = roiOutline(roi);
  const places = placesOf(roi, axes);
  if (outline?.drawn === "dots") {
    return places.map(([cx, cy]) => element("circle", { cx, cy, r: 2, fill: "none", stroke: colour }));
  }
  const path = places
    .map(([x, y], index) => `${index === 0 ? "M" : "L"}${rounded(x)} ${rounded(y)}`)
    .join("");
  return outline === undefined
    ? []
    : [
        element("path", {
          ...{ class: "roi", "data-roi": roi.id },
          d: `${path}${outline.drawn === "closed" ? "Z" : ""}`,
          ...{ fill: "none", stroke: colour, "stroke-width": 1.1, "stroke-dasharray": "5 2" },
        }),
      ];
}

/** Where the points of a ROI lie on the screen; none for a mask. */
function placesOf(roi: Roi, { lines, columns }: Axes): readonly (readonly [x: number, y: number])[] {
  return (roiOutline(roi)?.points ?? []).map(({ dim0, dim1 }) => [
    toScreen(lines, dim0),
    toScreen(columns, dim1),
  ]);
}

const LABEL_SIZE = 8.5;

/** The id of each ROI at its upper left corner, or beside that of another ROI with the same corner. */
function labelsOf({ rois, palette }: FigureFacts, axes: Axes): readonly string[] {
  const taken: { readonly x: number; readonly y: number }[] = [];
  return rois.flatMap((roi, index) => {
    const places = placesOf(roi, axes);
    const [right, y] = [Math.max(...places.map(([x]) => x)), Math.min(...places.map(([, top]) => top))];
    let x = Math.max(Math.min(...places.map(([left]) => left)), axes.lines.start);
    if (places.length === 0 || right < axes.lines.start || x > axes.lines.stop) {
      return [];
    }
    while (
      taken.some((other) => Math.abs(other.x - x) < 2 * LABEL_SIZE && Math.abs(other.y - y) < LABEL_SIZE)
    ) {
      x += 2 * LABEL_SIZE;
    }
    taken.push({ x, y });
    const top = Math.max(y, axes.columns.start);
    const style = { size: LABEL_SIZE, colour: markColour(palette, index), halo: "#000000" };
    return [haloedWords(x + 3, top + 9, String(roi.id), style)];
  });
}

/** The slope of each window, as one path. Nothing if the marks would be too near to each other. */
function slopesOf(
  trace: RoiTrace,
  { lines, columns }: Axes,
  { rois, palette, columns: width }: FigureFacts,
  { stretch }: ShownPixels,
): string {
  const index = rois.findIndex(({ id }) => id === trace.roiId);
  const roi = rois[index];
  const bounds = roi === undefined || roi.type === "mask" ? undefined : roiBounds(roi);
  const marks =
    trace.windowLines === null
      ? []
      : slopeMarks(
          { ...trace, windowLines: trace.windowLines },
          {
            lineStart: stretch.start,
            lineStop: stretch.stop,
            columnStart: bounds?.dim1Start ?? 0,
            columnStop: bounds?.dim1Stop ?? width,
          },
          MARK_SHARE,
        );
  const distance = ((stretch.stop - stretch.start) / Math.max(1, marks.length)) * screenPerPixel(lines);
  if (marks.length === 0 || distance < LEAST_MARK_DISTANCE) {
    return "";
  }
  const place = ({ line, column }: { readonly line: number; readonly column: number }): string =>
    `${rounded(toScreen(lines, line))} ${rounded(toScreen(columns, column))}`;
  return element("path", {
    ...{ class: "slopes", "data-roi": trace.roiId },
    d: marks.map(({ from, to }) => `M${place(from)}L${place(to)}`).join(""),
    ...{
      fill: "none",
      stroke: markColour(palette, Math.max(0, index)),
      "stroke-width": Math.min(0.8, distance / 5),
    },
  });
}

const HALO = 3;
/** How far the label of the bar along time stands above it. */
const LABEL_LIFT = 4;
/** The label of the bar along space stands above that of the other if both do not fit beside each other. */
const LETTER_WIDTH: number = 0.6 * LABEL_SIZE;

/** A bar across time need not be longer, however high the image is. */
const LONGEST_BAR = 44;

/** A bar along time and one along space, with their lengths, in the lower right corner. */
function barsOf(
  { left, top, width, height }: PanelBox,
  { lines, columns }: Axes,
  { time, space }: { readonly time: AxisUnit; readonly space: AxisUnit },
): readonly string[] {
  const along = scaleBar(time, Math.abs(lines.to - lines.from), 0.15);
  const across = scaleBar(space, Math.abs(columns.to - columns.from), Math.min(0.4, LONGEST_BAR / height));
  const [x, y] = [left + width - 10, top + height - 8];
  const path = [
    ...(along === undefined
      ? []
      : [`M${rounded(x)} ${rounded(y)}h-${rounded(along.pixels * screenPerPixel(lines))}`]),
    ...(across === undefined
      ? []
      : [`M${rounded(x)} ${rounded(y)}v-${rounded(across.pixels * screenPerPixel(columns))}`]),
  ].join("");
  const bar = (colour: string, strokeWidth: number): string =>
    element("path", {
      d: path,
      stroke: colour,
      "stroke-width": strokeWidth,
      "stroke-linecap": "square",
      fill: "none",
    });
  const words = { size: LABEL_SIZE, colour: "#ffffff", halo: "#000000" };
  const room = along === undefined ? Number.POSITIVE_INFINITY : along.pixels * screenPerPixel(lines);
  const needed = LETTER_WIDTH * `${along?.label}  ${across?.label}`.length;
  const acrossLift = Math.max(
    (across?.pixels ?? 0) * screenPerPixel(columns) - 4,
    room < needed ? LABEL_LIFT + LABEL_SIZE + HALO : 0,
  );
  return [
    bar("#000000", 3.6),
    bar("#ffffff", 1.8),
    ...(along === undefined
      ? []
      : [haloedWords(x - along.pixels * screenPerPixel(lines), y - LABEL_LIFT, along.label, words)]),
    ...(across === undefined
      ? []
      : [
          haloedWords(x - 4, y - acrossLift, across.label, {
            ...words,
            anchor: "end",
          }),
        ]),
  ];
}
