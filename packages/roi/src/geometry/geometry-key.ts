import type { Roi } from "../shapes/roi.ts";

/**
 * What an analysis of the ROI depends on (type, channel, z, and bounds, points or mask reference) as canonical JSON: compact,
 * keys sorted. Two ROIs cover the same pixels of the same plane if their keys are equal; id, name, note, revision,
 * statistics and extra keys have no part in it. Stable across runtimes and versions of this package: hash it.
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
    case "polygon": {
      const points = roi.points.map(({ dim0, dim1 }) => [dim0, dim1]);
      return JSON.stringify({ channel, points, type: roi.type, z });
    }
  }
  return roi satisfies never;
}
