// Makes the objects of an image again from its TIFF and sidecars, as an ingest makes them, in a dataset that is thrown away.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Provenance, summarizeMetadata } from "@kym/kym-schema";
import type { ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { LegacyBundle } from "../../folder/bundle.ts";
import { storeImage } from "../ingest/store-image.ts";
import { type ReadBundle, readBundle } from "../read/read-bundle.ts";

/** What a folder gives of an image. */
export interface MadeImage {
  /** The dataset that holds the image alone, under its id. */
  readonly made: ZarrDataset;
  readonly pixelsSha256: string;
  /** The SHA-256 of each sidecar and further channel that was read, in no order. */
  readonly fileHashes: ReadonlySet<string>;
}

export interface MakeOptions {
  readonly imageId: string;
  readonly provenance: Provenance | undefined;
  /** The hash of the pixels that the image had; undefined if it is not known. */
  readonly pixelsSha256: string | undefined;
  readonly compression: "zstd" | "none";
  readonly signal: AbortSignal | undefined;
}

/** Makes the image, calls `use`, and removes what was made. Throws as `readBundle` does. */
export async function withMadeImage<T>(
  bundle: LegacyBundle,
  options: MakeOptions,
  use: (image: MadeImage) => Promise<T>,
): Promise<T> {
  const { imageId, provenance, signal, compression } = options;
  const folder = await mkdtemp(join(tmpdir(), "kym-heal-"));
  const read = await readAsBefore(bundle, options);
  try {
    await using made = await openLocalDataset(join(folder, "made.zarr"), {
      durability: "none",
      summarize: summarizeMetadata,
    });
    await made.transaction((transaction) => storeImage(transaction, read, imageId, { compression }), {
      signal,
    });
    const fileHashes = new Set(read.sidecars.map(({ sha256 }) => sha256));
    return await use({ made, pixelsSha256: read.pixelsSha256, fileHashes });
  } finally {
    await read.release();
    await rm(folder, { recursive: true, force: true });
  }

  async function readAsBefore(from: LegacyBundle, { pixelsSha256 }: MakeOptions): Promise<ReadBundle> {
    const fields = provenance?.pathFields;
    const folderFields = fields && { pattern: fields.pattern, values: fields.values };
    const asStored = await readBundle(from, { signal, folderFields });
    const mayBeShown = pixelsSha256 !== undefined && asStored.said.valueCalibration !== undefined;
    if (!mayBeShown || asStored.pixelsSha256 === pixelsSha256) {
      return asStored;
    }
    await asStored.release();
    return readBundle(from, { signal, folderFields, applyCalibration: true });
  }
}
