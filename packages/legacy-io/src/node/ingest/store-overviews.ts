// Makes the overviews of an image from the pixels that an ingest holds, and stores them.

import { OverviewBuilder } from "@kym/view/stored";
import type { NdArray, ZarrImageRecord } from "@kym/zarr-store";
import {
  encodedOverviews,
  hashedOverviewFile,
  type MadeOverviews,
  type OverviewsByChannel,
} from "../read/made-overviews.ts";
import type { ReadBundle } from "../read/read-bundle.ts";

/** The overviews of pixels that are in memory. */
export function overviewsOf({ shape, data }: NdArray, axes: readonly string[]): OverviewsByChannel {
  const builder = new OverviewBuilder({ shape, axes });
  builder.add(0, data);
  return builder.overviews();
}

/**
 * Pixels to store, and their overviews, which are there once the pixels are stored: rows of a large file are read only once, and
 * looked at as they pass.
 */
export function whileStored({
  pixels,
  content,
  overviews,
}: Pick<ReadBundle, "pixels" | "content" | "overviews">): {
  readonly pixels: ReadBundle["pixels"];
  readonly overviews: () => MadeOverviews;
} {
  const { axes } = content;
  if (overviews !== undefined) {
    return { pixels, overviews: () => overviews };
  }
  if ("data" in pixels) {
    return { pixels, overviews: () => overviewsOf(pixels, axes) };
  }
  if (!("readRows" in pixels)) {
    return { pixels, overviews: () => new Map() };
  }
  const { shape, readRows } = pixels;
  let builder = new OverviewBuilder({ shape, axes });
  return {
    pixels: {
      ...pixels,
      readRows: async (start, stop, options) => {
        builder = start === 0 ? new OverviewBuilder({ shape, axes }) : builder;
        const rows = await readRows(start, stop, options);
        builder.add(start, rows);
        return rows;
      },
    },
    overviews: () => builder.overviews(),
  };
}

/** Stores overviews with the hash of the pixels, which must be stored. */
export async function storeOverviews(
  record: ZarrImageRecord,
  hashes: ReadonlyMap<string, string>,
  made: MadeOverviews,
): Promise<void> {
  const { name } = hashedOverviewFile(hashes);
  const { bytes } = "bytes" in made ? made : encodedOverviews(hashes, made);
  await record.derived.save(name, bytes);
}
