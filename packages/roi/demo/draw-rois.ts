// Draws docs/rois.svg: every type of ROI over a kymograph.

import {
  type Plane,
  type RasterMask,
  type Roi,
  type RoiMask,
  RoiSet,
  rasterize,
  roiStats,
} from "../src/index.ts";
import { streaks } from "./streaks.ts";

/** Screen pixels per pixel of the kymograph. */
const ZOOM = 12;
const MARGIN = 24;
const LEGEND_LINE = 22;
const GREY_STEP = 12;
const COLOURS: readonly string[] = ["#e6550d", "#0072b2", "#cc2277", "#009e73", "#8a5cd6"];

/** An ellipse, which only a mask can represent. */
const ELLIPSE: RoiMask = {
  data: Array.from({ length: 11 * 15 }, (_, index) => {
    const [down, right] = [Math.floor(index / 15) - 5, (index % 15) - 7];
    return (down * down) / 30 + (right * right) / 56 <= 1 ? 1 : 0;
  }),
  height: 11,
  width: 15,
  dim0Start: 2,
  dim1Start: 45,
};

/**
 * Draws every type of ROI over a kymograph as SVG: the geometry as a line, the covered pixels tinted, the
 * statistics below. The text is the same in every runtime.
 */
export function drawRois(): string {
  const plane = streaks();
  const [width, height] = [plane.width * ZOOM, plane.height * ZOOM];
  const rois = makeRois(plane).rois;
  const [fullWidth, fullHeight] = [width + 2 * MARGIN, height + 2 * MARGIN + rois.length * LEGEND_LINE];
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width="${fullWidth}" height="${fullHeight}" font-family="sans-serif" font-size="14">`,
    "<title>A rect, a line, a polyline, a polygon and a mask over a kymograph</title>",
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="17">dim1 (columns, space) →</text>`,
    `<text transform="translate(7 ${MARGIN}) rotate(90)">dim0 (rows, time) →</text>`,
    `<g transform="translate(${MARGIN} ${MARGIN}) scale(${ZOOM})">`,
    ...greyPaths(plane),
    ...rois.flatMap((roi) => drawRoi(roi, plane)),
    "</g>",
    ...rois.map((roi, index) => legendLine(roi, plane, MARGIN + height + (index + 1) * LEGEND_LINE)),
    "</svg>",
  ].join("\n")}\n`;
}

function makeRois(plane: Plane): RoiSet {
  const corners = [24.2, 35.3, 22.6, 52.4, 31.1, 46.2, 37.7, 58.9, 36.4, 37.1];
  return RoiSet.empty(plane)
    .create({ bounds: { dim0Start: 3, dim0Stop: 11, dim1Start: 26, dim1Stop: 40 } })
    .create({ type: "line", points: points([2.5, 9.4, 26.5, 27.4]) })
    .create({ type: "polyline", points: points([18.5, 4.5, 29.5, 10.5, 30.5, 20.5, 37.5, 26]) })
    .create({ type: "polygon", points: points(corners) })
    .create({ type: "mask", maskRef: "analysis_arrays/roi_mask_5" });
}

/** Makes points of alternating coordinates: dim0, dim1, dim0, … */
function points(coordinates: readonly number[]): readonly { readonly dim0: number; readonly dim1: number }[] {
  return coordinates.flatMap((dim0, index) =>
    index % 2 === 0 ? [{ dim0, dim1: coordinates[index + 1] ?? 0 }] : [],
  );
}

function optionsOf(roi: Roi): { readonly mask?: RoiMask } {
  return roi.type === "mask" ? { mask: ELLIPSE } : {};
}

function colourOf(roi: Roi): string {
  return COLOURS[roi.id - 1] ?? "#000000";
}

/** Draws one path per shade of grey, over the runs of pixels of that shade. */
function greyPaths({ data, height, width }: Plane): readonly string[] {
  const shades = new Map<number, string[]>();
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; ) {
      const shade = Math.floor(Number(data[row * width + column]) / GREY_STEP);
      const start = column;
      while (column < width && Math.floor(Number(data[row * width + column]) / GREY_STEP) === shade) {
        column += 1;
      }
      const runs = shades.get(shade) ?? [];
      runs.push(runPath(row, start, column));
      shades.set(shade, runs);
    }
  }
  return [...shades]
    .toSorted(([a], [b]) => a - b)
    .map(([shade, runs]) => {
      const grey = Math.min(255, shade * GREY_STEP + GREY_STEP / 2);
      return `<path shape-rendering="crispEdges" fill="rgb(${grey} ${grey} ${grey})" d="${runs.join("")}"/>`;
    });
}

/** Draws the pixels that the ROI covers, and its geometry on top. */
function drawRoi(roi: Roi, plane: Plane): readonly string[] {
  const colour = colourOf(roi);
  const tint = `<path fill="${colour}" fill-opacity="0.5" d="${coveredRuns(rasterize(roi, plane, optionsOf(roi))).join("")}"/>`;
  const stroke = `fill="none" stroke="${colour}" stroke-width="0.25"`;
  switch (roi.type) {
    case "mask":
      return [tint];
    case "rect": {
      const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
      const size = `width="${dim1Stop - dim1Start}" height="${dim0Stop - dim0Start}"`;
      return [tint, `<rect x="${dim1Start}" y="${dim0Start}" ${size} ${stroke}/>`];
    }
    case "line":
    case "polyline":
    case "polygon": {
      const element = roi.type === "polygon" ? "polygon" : "polyline";
      const pairs = roi.points.map(({ dim0, dim1 }) => `${dim1},${dim0}`);
      const dots = roi.points.map(
        ({ dim0, dim1 }) => `<circle cx="${dim1}" cy="${dim0}" r="0.4" fill="${colour}"/>`,
      );
      return [tint, `<${element} points="${pairs.join(" ")}" ${stroke}/>`, ...dots];
    }
    case "point":
      return [
        tint,
        ...roi.points.map(({ dim0, dim1 }) => `<circle cx="${dim1}" cy="${dim0}" r="0.4" fill="${colour}"/>`),
      ];
  }
  return roi satisfies never;
}

function coveredRuns({ data, height, width, dim0Start, dim1Start }: RasterMask): readonly string[] {
  return Array.from({ length: height }, (_, row) => {
    const inside = Array.from(data.subarray(row * width, (row + 1) * width));
    const starts = inside.flatMap((value, at) => (value === 1 && inside[at - 1] !== 1 ? [at] : []));
    return starts.map((start) => {
      const length = inside.slice(start).findIndex((value) => value !== 1);
      const stop = length < 0 ? width : start + length;
      return runPath(dim0Start + row, dim1Start + start, dim1Start + stop);
    });
  }).flat();
}

function runPath(row: number, start: number, stop: number): string {
  return `M${start} ${row}h${stop - start}v1h${start - stop}z`;
}

function legendLine(roi: Roi, plane: Plane, y: number): string {
  const { n, mean, sd, min, max } = roiStats(plane, roi, optionsOf(roi));
  const text = `${roi.id} ${roi.type}: ${n} pixels, mean ${mean.toFixed(2)}, sd ${sd.toFixed(2)}, ${min} to ${max}`;
  const swatch = `<rect x="${MARGIN}" y="${y - 12}" width="14" height="14" fill="${colourOf(roi)}"/>`;
  return `${swatch}<text x="${MARGIN + 22}" y="${y}">${text}</text>`;
}

if (import.meta.main) {
  process.stdout.write(drawRois());
}
