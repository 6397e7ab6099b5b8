// ROIs over an image, as paths of SVG.

import { type Roi, roiBounds } from "@kym/roi";
import { type Axis, type PaletteName, roiOutline, toScreen } from "@kym/view";
import { markColour } from "@kym/view/styles";

/** Where lines and columns lie, in CSS pixels. */
export interface ImageAxes {
  readonly lines: Axis;
  readonly columns: Axis;
}

/** A ROI that is drawn. */
export interface RoiMark {
  readonly roiId: number;
  /** The path; small rings for points. */
  readonly d: string;
  readonly colour: string;
  /** Where its id stands; undefined if the ROI lies beside what is shown. */
  readonly label: { readonly x: number; readonly y: number } | undefined;
}

const RING = 2;
const LABEL_WIDTH = 18;
const LABEL_HEIGHT = 11;

/** The marks of all ROIs but masks, in their order. Labels at the same corner stand beside each other. */
export function roiMarks(rois: readonly Roi[], axes: ImageAxes, palette: PaletteName): readonly RoiMark[] {
  const taken: { readonly x: number; readonly y: number }[] = [];
  return rois.flatMap((roi, index) => {
    const outline = roiOutline(roi);
    if (outline === undefined || roi.type === "mask") {
      return [];
    }
    const places = outline.points.map(({ dim0, dim1 }) => ({
      x: toScreen(axes.lines, dim0),
      y: toScreen(axes.columns, dim1),
    }));
    const d =
      outline.drawn === "dots" ? places.map(ringAt).join("") : pathOf(places, outline.drawn === "closed");
    const bounds = roiBounds(roi);
    const isShown = bounds.dim0Stop >= axes.lines.from && bounds.dim0Start <= axes.lines.to;
    const label = isShown ? freeCorner(places, axes, taken) : undefined;
    return [{ roiId: roi.id, d, colour: markColour(palette, index), label }];
  });
}

type Place = { readonly x: number; readonly y: number };

function pathOf(places: readonly Place[], isClosed: boolean): string {
  const [first, ...others] = places.map(({ x, y }) => `${tidy(x)} ${tidy(y)}`);
  return `M${[first, ...others].join("L")}${isClosed ? "Z" : ""}`;
}

function ringAt({ x, y }: Place): string {
  return `M${tidy(x - RING)} ${tidy(y)}a${RING} ${RING} 0 1 0 ${2 * RING} 0a${RING} ${RING} 0 1 0 ${-2 * RING} 0`;
}

function freeCorner(places: readonly Place[], { lines, columns }: ImageAxes, taken: Place[]): Place {
  const y = Math.max(columns.start, Math.min(...places.map((place) => place.y))) + LABEL_HEIGHT;
  let x = Math.max(lines.start, Math.min(...places.map((place) => place.x))) + 4;
  while (taken.some((other) => Math.abs(other.x - x) < LABEL_WIDTH && Math.abs(other.y - y) < LABEL_HEIGHT)) {
    x += LABEL_WIDTH;
  }
  taken.push({ x, y });
  return { x, y };
}

/** A hundredth of a pixel is more than anybody sees. */
export function tidy(value: number): number {
  return Math.round(value * 100) / 100;
}
