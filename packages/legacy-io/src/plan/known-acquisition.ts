// What a dataset knows of the files it was ingested from, as the plan of an ingest needs it.

import type { ReaderVersion } from "@kym/kym-schema";
import type { FolderFields } from "./decide-path-fields.ts";

/** Size, modification time and hash of a file when it was ingested. */
export interface KnownFile {
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

/** An ingested sidecar, and the objects made from it; their keys are relative to `images/<id>/`. */
export interface KnownSidecar extends KnownFile {
  readonly artifacts: readonly { readonly key: string; readonly sha256: string }[];
  /** The reader of the file; undefined if it is not recorded. */
  readonly reader?: ReaderVersion | undefined;
}

/** An image of the dataset and the files from which it was ingested. */
export interface KnownAcquisition {
  readonly imageId: string;
  /** False if the image was deleted since. Its file is then not ingested again. */
  readonly exists: boolean;
  readonly image: KnownFile;
  /** Further channels and sidecars, by absolute path. */
  readonly sidecars: ReadonlyMap<string, KnownSidecar>;
  /** When its files were read last, as the ledger says it; undefined if that is not known. */
  readonly ingestedEpochNs?: bigint | undefined;
  /** Its path relative to the folder that was ingested; undefined if that is not recorded. */
  readonly relPath?: string | undefined;
  /** What the names of its folders said when it was ingested; undefined if they were not read. */
  readonly folderFields?: FolderFields | undefined;
  /** Why the dataset does not tell what it knows, in words for people: a file of the image cannot be read. */
  readonly unreadable?: string | undefined;
}

/** The acquisitions of a dataset by the absolute path of their image. */
export type KnownAcquisitions = ReadonlyMap<string, KnownAcquisition>;

/** The columns of a ledger row that identify an ingested file. */
export interface LedgerRow {
  readonly source_primary_path: string;
  readonly image_id: string;
}

/**
 * Selects, by path, the ledger row that says which image a file is now.
 *
 * Later rows are newer, so the last row of a path counts. If an image moved, only its newest path counts, because
 * another file may have taken its old place.
 */
export function currentRows<R extends LedgerRow>(ledger: readonly R[]): ReadonlyMap<string, R> {
  const newestOfPath = new Map(ledger.map((row) => [row.source_primary_path, row]));
  const newestOfImage = new Map(ledger.map((row) => [row.image_id, row]));
  return new Map(
    [...newestOfPath].filter(
      ([path, { image_id: imageId }]) => newestOfImage.get(imageId)?.source_primary_path === path,
    ),
  );
}
