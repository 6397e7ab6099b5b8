// The outline of a ROI, as a picture draws it.

import type { Roi, RoiPoint } from "@kym/roi";

/** Points in pixels of the plane, and what lies between them: a closed outline, an open line, or nothing. */
export interface RoiOutline {
  readonly points: readonly RoiPoint[];
  readonly drawn: "closed" | "open" | "dots";
}

const CLOSED: ReadonlySet<string> = new Set(["rect", "polygon"]);
const OPEN: ReadonlySet<string> = new Set(["line", "polyline"]);

/** The outline at the edges of the ROI's pixels. Undefined for a mask, whose pixels the ROI itself does not have. */
export function roiOutline(roi: Roi): RoiOutline | undefined {
  if (roi.type === "mask") {
    return undefined;
  }
  const drawn = CLOSED.has(roi.type) ? "closed" : OPEN.has(roi.type) ? "open" : "dots";
  if (roi.type !== "rect") {
    return { points: roi.points, drawn };
  }
  const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
  return {
    drawn,
    points: [
      { dim0: dim0Start, dim1: dim1Start },
      { dim0: dim0Stop, dim1: dim1Start },
      { dim0: dim0Stop, dim1: dim1Stop },
      { dim0: dim0Start, dim1: dim1Stop },
    ],
  };
}
