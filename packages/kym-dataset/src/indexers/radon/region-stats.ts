// Computes the pixel statistics of a ROI for `kym_radon`, reading only its pixels from the record.

import {
  clampBounds,
  createPathRoi,
  type PathRoi,
  type RoiBounds,
  roiStats,
  type StoredRoiStats,
  toStoredStats,
} from "@kym/roi";
import type { AxisRange, ImageInfo, ReadOptions, ZarrImageRecord } from "@kym/zarr-store";

/** A rectangle of one plane, or the pixels in it that a path covers. */
export interface PlaneRegion {
  readonly bounds: RoiBounds;
  readonly path?: Pick<PathRoi, "type" | "points"> | undefined;
  /** From 0. */
  readonly z: number;
  /** From 1. */
  readonly channel: number;
}

/**
 * Computes the statistics of a region's pixels. An image without a channel axis has one channel, whatever its number.
 * From a time series of planes, the first is used.
 *
 * @returns undefined if the region has no pixels, or the image does not have the channel or slice
 * @throws {ZarrStoreError} `integrity`, `not_supported`
 */
export async function loadRegionStats(
  record: ZarrImageRecord,
  region: PlaneRegion,
  options: ReadOptions = {},
): Promise<StoredRoiStats | undefined> {
  const selection = selectRegion(await record.asPixelStore().describe(options), region);
  if (selection === undefined) {
    return undefined;
  }
  const pixels = await record.loadRegion(selection, options);
  const [height = 0, width = 0] = pixels.shape.slice(-2);
  const [rows, columns] = selection.slice(-2);
  const plane = { data: pixels.data, height, width, dim0Start: rows?.start, dim1Start: columns?.start };
  const { bounds, path } = region;
  return toStoredStats(roiStats(plane, path === undefined ? bounds : createPathRoi({ id: 1, ...path })));
}

/** Selects one element of every axis before the last two; undefined if the image has no pixel there. */
function selectRegion({ shape, axes }: ImageInfo, region: PlaneRegion): readonly AxisRange[] | undefined {
  const [height = 0, width = 0] = shape.slice(-2);
  const { dim0Start, dim0Stop, dim1Start, dim1Stop } = clampBounds(region.bounds, { height, width });
  const indexByAxis = new Map([
    ["c", region.channel - 1],
    ["z", region.z],
  ]);
  const outer = shape.slice(0, -2).map((length, axis) => {
    const start = indexByAxis.get(axes[axis] ?? "") ?? 0;
    return { start, stop: start + 1, exists: start >= 0 && start < length };
  });
  if (dim0Start === dim0Stop || dim1Start === dim1Stop || outer.some(({ exists }) => !exists)) {
    return undefined;
  }
  return [
    ...outer.map(({ start, stop }) => ({ start, stop })),
    { start: dim0Start, stop: dim0Stop },
    { start: dim1Start, stop: dim1Stop },
  ];
}
