// Gives a new image its id and its row of the ledger.

import type { SourceRow } from "@kym/zarr-store";
import { nowEpochNs } from "@kym/zarr-store/runtime";
import { shownPath } from "../../folder/bundle.ts";
import type { ReadBundle } from "../read/read-bundle.ts";
import type { IngestOptions } from "./ingest-options.ts";

/** The id of a new image, and its row of the ledger. */
export interface StoredImage {
  readonly imageId: string;
  readonly sourceRow: SourceRow;
}

export interface IngestSettings {
  readonly newId: () => string;
  readonly nowEpochNs: () => bigint;
}

export function settingsOf(options: IngestOptions): IngestSettings {
  return {
    newId: options.newId ?? ((): string => crypto.randomUUID()),
    nowEpochNs: options.nowEpochNs ?? nowEpochNs,
  };
}

/** Makes an id and a ledger row for an acquisition that was read. */
export function assignImageId(
  read: Pick<ReadBundle, "bundle" | "image" | "imageId">,
  { newId, nowEpochNs }: IngestSettings,
): StoredImage {
  const imageId = read.imageId ?? newId();
  const { path, sizeBytes, mtimeNs, sha256 } = read.image;
  return {
    imageId,
    sourceRow: {
      source_primary_path: path,
      image_id: imageId,
      source_mtime_ns: mtimeNs,
      source_size_bytes: BigInt(sizeBytes),
      ingested_epoch_ns: nowEpochNs(),
      source_sha256: sha256,
      source_rel_path: shownPath(read.bundle),
    },
  };
}
