/** What the dataset knows of a file that it has. */
export interface KnownFile {
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

/** A sidecar as it was taken in, and the objects that were made of it, by key below `images/<id>/`. */
export interface KnownSidecar extends KnownFile {
  readonly artifacts: readonly { readonly key: string; readonly sha256: string }[];
}

/** An image of the dataset and the files that it came from. */
export interface KnownAcquisition {
  readonly imageId: string;
  /** False if the image was deleted since: its file does not come back by itself. */
  readonly exists: boolean;
  readonly image: KnownFile;
  /** Further channels and sidecars, by absolute path. */
  readonly sidecars: ReadonlyMap<string, KnownSidecar>;
}

/** The acquisitions of a dataset by the absolute path of their image. */
export type KnownAcquisitions = ReadonlyMap<string, KnownAcquisition>;

/** What the ledger says of one ingested file. */
export interface LedgerRow {
  readonly source_primary_path: string;
  readonly image_id: string;
}

/**
 * By path, the row that says which image a file is now. The last row of a path is the newest (design §6); of an image that
 * moved, only its last path is its own: another file may come to stand where it was.
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
