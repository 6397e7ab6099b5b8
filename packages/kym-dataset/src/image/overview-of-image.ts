// Makes, stores and loads the overviews of an image.

import { overviewFile } from "@kym/kym-schema/keys";
import { type Overview, overviewByParts, pixelPlaneOf } from "@kym/view";
import { decodeOverviews, encodeOverviews, isViewError, OverviewBuilder } from "@kym/view/stored";
import {
  isZarrStoreError,
  type NdArray,
  type PixelStore,
  type ReadOptions,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import { type hashTextOf, sha256Hex } from "../indexer/sha256-hex.ts";
import { extentOf, planeSelection } from "./plane-selection.ts";

/** How many pixels are in memory at a time. */
const PIXELS_AT_ONCE = 2 ** 24;

export interface LoadOverviewOptions extends ReadOptions {
  /** From 1. Default 1. */
  readonly channel?: number | undefined;
}

/**
 * Loads the overview of an image: minimum and maximum of at most 1000 bins along time, 64 levels each. No pixels are read. `null` if
 * the image has none, if its pixels changed since, if it has no such channel, or if the file is damaged or is not an overview;
 * `KymDataset.updateOverviews` makes what is missing.
 *
 * @example
 * const overview = await loadOverview(dataset.record(id));
 * @throws {ZarrStoreError} `io`, `aborted`
 */
export async function loadOverview(
  record: ZarrImageRecord,
  { channel = 1, ...options }: LoadOverviewOptions = {},
): Promise<Overview | null> {
  const hashes = await record.objectHashes();
  const { name, key, pixelsSha256 } = overviewFile(hashes, sha256Hex);
  if (!hashes.has(key)) {
    return null;
  }
  return (await loadAll(record, { name, pixelsSha256 }, options))?.get(channel) ?? null;
}

/**
 * Loads the overviews of a file by channel; undefined if it is damaged, does not hold overviews of these pixels, or was deleted
 * meanwhile. It is derived: whoever meets such a file does without, and it is made again.
 */
async function loadAll(
  record: ZarrImageRecord,
  { name, pixelsSha256 }: { readonly name: string; readonly pixelsSha256: string },
  options: ReadOptions,
): Promise<ReadonlyMap<number, Overview> | undefined> {
  try {
    const overviews = decodeOverviews(await record.derived.load(name, options));
    return overviews.pixelsSha256 === pixelsSha256 ? overviews.channels : undefined;
  } catch (error) {
    if (isViewError(error) || isZarrStoreError(error, "not_found", "integrity", "modified_outside")) {
      return undefined;
    }
    throw error;
  }
}

/** The overviews of pixels that are in memory, by channel. */
export function overviewsOfArray(
  { shape, data }: NdArray,
  axes: readonly string[],
): ReadonlyMap<number, Overview> {
  const builder = new OverviewBuilder({ shape, axes });
  builder.add(0, data);
  return builder.overviews();
}

/** Reads an image and makes its overviews; at most 16 million of its pixels are in memory at a time. */
export async function readOverviews(
  pixels: PixelStore,
  options: ReadOptions,
): Promise<ReadonlyMap<number, Overview>> {
  const info = await pixels.describe(options);
  const overviews = new Map<number, Overview>();
  if (info.shape.length < 2) {
    return overviews;
  }
  const { height: lines, width: columns, numChannels } = extentOf(info);
  for (let channel = 1; channel <= numChannels; channel++) {
    const size = { lines, columns, pixelsAtOnce: PIXELS_AT_ONCE };
    const overview = await overviewByParts(size, async ({ start, stop }) => {
      const region = { dim0Start: start, dim0Stop: stop, dim1Start: 0, dim1Stop: columns };
      const { data } = await pixels.loadRegion(planeSelection(info, { channel }, region), options);
      return pixelPlaneOf({ data, shape: [stop - start, columns] });
    });
    if (overview === null) {
      break;
    }
    overviews.set(channel, overview);
  }
  return overviews;
}

/** Stores the overviews of an image, whose pixels must be stored. An image that can have none gets a file that says so. */
export async function saveOverviews(
  record: ZarrImageRecord,
  channels: ReadonlyMap<number, Overview>,
  options: ReadOptions = {},
): Promise<void> {
  const { name, pixelsSha256 } = overviewFile(await record.objectHashes(), sha256Hex);
  await record.derived.save(name, encodeOverviews({ pixelsSha256, channels }), options);
}

/** Whether the file of the overviews of an image is there by its name and does not hold them. Reads it. */
export async function hasDamagedOverviews(record: ZarrImageRecord, options: ReadOptions): Promise<boolean> {
  const hashes = await record.objectHashes();
  const { name, key, pixelsSha256 } = overviewFile(hashes, sha256Hex);
  return hashes.has(key) && (await loadAll(record, { name, pixelsSha256 }, options)) === undefined;
}

/** Whether an image lacks the overviews of the pixels that it has now. */
export function lacksOverviews(hashes: ObjectHashes, hashText: ReturnType<typeof hashTextOf>): boolean {
  return !hashes.has(overviewFile(hashes, hashText).key);
}
