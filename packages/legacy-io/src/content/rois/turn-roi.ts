// Turns a ROI with its image: what was a row becomes a column.

import { createPathRoi, type PlaneSize, type Roi } from "@kym/roi";

/** The size of the plane whose rows are the columns of this one. */
export function turnSize({ height, width }: PlaneSize): PlaneSize {
  return { height: width, width: height };
}

/**
 * Mirrors a ROI at the diagonal of the image, for an image whose rows and columns changed places. A mask only names the array of
 * its pixels and stays. The revision stays too: the ROI is where it was.
 */
export function turnRoi(roi: Roi): Roi {
  switch (roi.type) {
    case "rect": {
      const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
      const bounds = { dim0Start: dim1Start, dim0Stop: dim1Stop, dim1Start: dim0Start, dim1Stop: dim0Stop };
      return { ...roi, bounds };
    }
    case "mask":
      return roi;
    default:
      return createPathRoi({
        ...roi,
        points: roi.points.map(({ dim0, dim1 }) => ({ dim0: dim1, dim1: dim0 })),
      });
  }
}
