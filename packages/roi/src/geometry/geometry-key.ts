// The part of a ROI that an analysis depends on, as text that can be compared and hashed.

import type { Roi } from "../shapes/roi.ts";

/**
 * Returns everything that an analysis of a ROI depends on, as canonical JSON (compact, keys sorted): type,
 * channel, z, and the bounds, points or mask reference.
 *
 * If two ROIs have equal keys, they cover the same pixels of the same plane. The id, name, note, revision,
 * statistics and extra keys are left out. The key is the same in every runtime and version of this package, so
 * it can be hashed.
 *
 * @example
 * geometryKey(roi); // {"bounds":[0,30000,0,38],"channel":1,"type":"rect","z":0}
 */
export function geometryKey(roi: Roi): string {
  const { channel, z } = roi;
  switch (roi.type) {
    case "rect": {
      const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
      return JSON.stringify({
        bounds: [dim0Start, dim0Stop, dim1Start, dim1Stop],
        channel,
        type: roi.type,
        z,
      });
    }
    case "mask":
      return JSON.stringify({ channel, mask_ref: roi.maskRef, type: roi.type, z });
    case "line":
    case "polyline":
    case "polygon":
    case "point": {
      const points = roi.points.map(({ dim0, dim1 }) => [dim0, dim1]);
      return JSON.stringify({ channel, points, type: roi.type, z });
    }
  }
  return roi satisfies never;
}
