// Where a ROI lies, as text and as fields of JSON.

import type { Roi, RoiBounds, RoiPoint } from "@kym/roi";

/** Where a ROI lies: bounds for a rect, nothing for a mask, points for all others. */
export interface RoiPlace {
  readonly bounds?: RoiBounds;
  readonly points?: readonly RoiPoint[];
}

/** How many points are shown; the others are only counted. */
const SHOWN_POINTS = 4;

export function roiPlace(roi: Roi): RoiPlace {
  return {
    ...(roi.type === "rect" && { bounds: roi.bounds }),
    ...("points" in roi && { points: roi.points }),
  };
}

/** The place as text, to follow the type of a ROI. Points are `LINE,PX`, the form that `kym roi add` reads. */
export function roiPlaceText({ bounds, points }: RoiPlace): string {
  if (bounds !== undefined) {
    return ` lines ${bounds.dim0Start}–${bounds.dim0Stop}, px ${bounds.dim1Start}–${bounds.dim1Stop}`;
  }
  if (points === undefined) {
    return "";
  }
  const shown = points.slice(0, SHOWN_POINTS).map(({ dim0, dim1 }) => ` ${rounded(dim0)},${rounded(dim1)}`);
  const rest = points.length - shown.length;
  return `${shown.join("")}${rest === 0 ? "" : ` and ${rest} more`}`;
}

function rounded(position: number): string {
  return String(Number(position.toFixed(3)));
}
