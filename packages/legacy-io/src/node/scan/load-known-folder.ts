import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { currentRows, type KnownAcquisition, type KnownSidecar } from "../../plan/known-acquisition.ts";
import { loadProvenance } from "./load-provenance.ts";

/** What the dataset knows of the files that it has. */
export interface KnownFolder {
  /** By the absolute path of the image. */
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
      sidecars: exists ? await knownSidecars(dataset, row.image_id) : new Map(),
    });
  }
  return { acquisitions, ledger };
}

async function knownSidecars(
  dataset: ZarrDataset,
  imageId: string,
): Promise<ReadonlyMap<string, KnownSidecar>> {
  const { sidecars = [] } = (await loadProvenance(dataset.record(imageId))) ?? {};
  return new Map(sidecars.map((sidecar) => [sidecar.path, sidecar]));
}
