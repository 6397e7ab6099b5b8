// Loads from the ledger and from provenance what a dataset knows of its source files.

import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { currentRows, type KnownAcquisition, type KnownSidecar } from "../../plan/known-acquisition.ts";
import { loadProvenance } from "./load-provenance.ts";

/** The source files of a dataset. */
export interface KnownFolder {
  /** Acquisitions by the absolute path of their image. */
  readonly acquisitions: ReadonlyMap<string, KnownAcquisition>;
  readonly ledger: readonly SourceRow[];
}

export async function loadKnownFolder(dataset: ZarrDataset): Promise<KnownFolder> {
  const existing = new Set(await dataset.listImageIds());
  const ledger = await dataset.loadSourcesIndex();
  const acquisitions = new Map<string, KnownAcquisition>();
  for (const [path, row] of currentRows(ledger)) {
    const exists = existing.has(row.image_id);
    acquisitions.set(path, {
      imageId: row.image_id,
      exists,
      image: {
        sizeBytes: Number(row.source_size_bytes),
        mtimeNs: row.source_mtime_ns,
        sha256: row.source_sha256 ?? "",
      },
      relPath: row.source_rel_path ?? undefined,
      ...(exists ? await knownSources(dataset, row.image_id) : { sidecars: new Map() }),
    });
  }
  return { acquisitions, ledger };
}

async function knownSources(
  dataset: ZarrDataset,
  imageId: string,
): Promise<Pick<KnownAcquisition, "sidecars" | "folderFields">> {
  const { sidecars = [], pathFields } = (await loadProvenance(dataset.record(imageId))) ?? {};
  return {
    sidecars: new Map(sidecars.map((sidecar): [string, KnownSidecar] => [sidecar.path, sidecar])),
    folderFields: pathFields,
  };
}
