// Reads the pixels, the mask and the statistics of a ROI for `AcqImage`.

import {
  clampBounds,
  geometryKey,
  type Plane,
  type Roi,
  type RoiBounds,
  type RoiMask,
  type RoiSet,
  type RoiStats,
  rasterize,
  roiBounds,
  roiStats,
  toStoredStats,
} from "@kym/roi";
import {
  type ArtifactStore,
  createNdArray,
  type ImageInfo,
  isZarrStoreError,
  type NdArray,
  type PixelStore,
  type ReadOptions,
} from "@kym/zarr-store";
import { planeOf } from "@kym/zarr-store/array";
import { imagePartOf } from "@kym/zarr-store/layout";
import { KymDatasetError } from "../errors.ts";
import { extentOf, planeSelection } from "./plane-selection.ts";

/** The part of `AcqImage` that these functions use. */
export interface RoiImage {
  readonly pixelStore: PixelStore;
  readonly artifactStore: ArtifactStore;
  describe(options?: ReadOptions): Promise<ImageInfo>;
}

/** Loads the pixels within the ROI's bounds, clamped to the image. The bounds of a mask are those of its array. */
export async function pixelsOfRoi(image: RoiImage, roi: Roi, options: ReadOptions): Promise<NdArray> {
  return loadCrop(image, roi, await boundsOf(image, roi, options), options);
}

/** Returns a mask, true inside, over {@link pixelsOfRoi}. For a ROI of type mask it is the stored array. */
export async function loadRoiMask(image: RoiImage, roi: Roi, options: ReadOptions): Promise<NdArray<"bool">> {
  if (roi.type === "mask") {
    return loadMaskArray(image, roi.maskRef, options);
  }
  const { data, height, width } = rasterize(roi, extentOf(await image.describe(options)));
  return createNdArray("bool", [height, width], data);
}

/** Computes the statistics of the pixels that the ROI covers. Reads only the pixels within its bounds. */
export async function statsOfRoi(image: RoiImage, roi: Roi, options: ReadOptions): Promise<RoiStats> {
  const bounds = await boundsOf(image, roi, options);
  const { dim0Start, dim1Start } = bounds;
  const plane = planeFrom(await loadCrop(image, roi, bounds, options));
  const mask = roi.type === "mask" ? maskFrom(await loadRoiMask(image, roi, options)) : undefined;
  return roiStats({ ...plane, dim0Start, dim1Start }, roi, { mask });
}

/** Returns the set with new statistics for one ROI, in their stored form. */
export async function withStats(
  image: RoiImage,
  rois: RoiSet,
  id: number,
  options: ReadOptions,
): Promise<RoiSet> {
  try {
    const stats = toStoredStats(await statsOfRoi(image, rois.require(id), options));
    return stats === undefined ? rois : rois.edit(id, { stats });
  } catch (error) {
    // The array of a mask may be stored after the ROI.
    if (isZarrStoreError(error, "not_found")) {
      return rois;
    }
    throw error;
  }
}

/** True if bounds, points or mask, channel and z are equal. */
export function isGeometrySame(a: Roi, b: Roi): boolean {
  return geometryKey(a) === geometryKey(b);
}

async function boundsOf(image: RoiImage, roi: Roi, options: ReadOptions): Promise<RoiBounds> {
  const extent = extentOf(await image.describe(options));
  if (roi.type !== "mask") {
    return clampBounds(roiBounds(roi), extent);
  }
  const [height = 0, width = 0] = (await loadMaskArray(image, roi.maskRef, options)).shape;
  return clampBounds({ dim0Start: 0, dim0Stop: height, dim1Start: 0, dim1Stop: width }, extent);
}

async function loadCrop(
  image: RoiImage,
  { channel, z }: Roi,
  bounds: RoiBounds,
  options: ReadOptions,
): Promise<NdArray> {
  const selection = planeSelection(await image.describe(options), { channel, z }, bounds);
  const region = await image.pixelStore.loadRegion(selection, options);
  const shape = [bounds.dim0Stop - bounds.dim0Start, bounds.dim1Stop - bounds.dim1Start];
  return planeOf({ ...region, shape });
}

/** Loads the array of a mask: rows by columns, its first element at the plane's first pixel. */
async function loadMaskArray(image: RoiImage, ref: string, options: ReadOptions): Promise<NdArray<"bool">> {
  const part = imagePartOf(ref);
  const name = part?.kind === "array" ? part.name : ref;
  const { shape, data } = await image.artifactStore.loadArray(name, options);
  if (shape.length !== 2) {
    throw new KymDatasetError("invalid_metadata", `the mask ${ref} has ${shape.length} axes, not 2`, {
      path: ref,
      expected: 2,
      found: shape.length,
    });
  }
  const inside = Uint8Array.from({ length: data.length }, (_, index) => (isZero(data[index]) ? 0 : 1));
  return createNdArray("bool", shape, inside);
}

function isZero(value: number | bigint | undefined): boolean {
  return value === undefined || Number(value) === 0;
}

function planeFrom({ shape: [height = 0, width = 0], data }: NdArray): Plane {
  return { height, width, data };
}

function maskFrom({ shape: [height = 0, width = 0], data }: NdArray<"bool">): RoiMask {
  return { height, width, data };
}
