import type { Roi, RoiBounds, RoiPoint } from "@kym/roi";

/** Where a ROI lies: of a rect its bounds, of a mask nothing, of all others their points. */
export interface RoiPlace {
  readonly bounds?: RoiBounds;
  readonly points?: readonly RoiPoint[];
}

/** More points than these are counted, not shown. */
const SHOWN_POINTS = 4;

export function roiPlace(roi: Roi): RoiPlace {
  return {
    ...(roi.type === "rect" && { bounds: roi.bounds }),
    ...("points" in roi && { points: roi.points }),
  };
}

/** The place as it is printed after a ROI's type: points as `LINE,PX`, as `kym roi add` takes them. */
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
