// Makes the overviews of an image from the pixels that an ingest holds, and stores them.

import { overviewFile } from "@kym/kym-schema/keys";
import type { Overview } from "@kym/view";
import { encodeOverviews, OverviewBuilder } from "@kym/view/stored";
import type { NdArray, ZarrImageRecord } from "@kym/zarr-store";
import { sha256Of } from "../files/sha256-of.ts";
import type { ReadBundle } from "../read/read-bundle.ts";

/** One overview for each channel. */
type ByChannel = ReadonlyMap<number, Overview>;

/** The overviews of pixels that are in memory. */
export function overviewsOf({ shape, data }: NdArray, axes: readonly string[]): ByChannel {
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
  readonly overviews: () => ByChannel;
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
  channels: ByChannel,
): Promise<void> {
  const { name, pixelsSha256 } = overviewFile(hashes, (text) => sha256Of(new TextEncoder().encode(text)));
  await record.derived.save(name, encodeOverviews({ pixelsSha256, channels }));
}
