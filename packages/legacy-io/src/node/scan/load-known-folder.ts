// Loads from the ledger and from provenance what a dataset knows of its source files.

import type { Provenance } from "@kym/kym-schema";
import type { SourceRow, ZarrDataset } from "@kym/zarr-store";
import { currentRows, type KnownAcquisition, type KnownSidecar } from "../../plan/known-acquisition.ts";
import { storedFault } from "../files/stored-fault.ts";
import { loadProvenance } from "./load-provenance.ts";

/** The source files of a dataset. */
export interface KnownFolder {
  /** Acquisitions by the absolute path of their image. */
  readonly acquisitions: ReadonlyMap<string, KnownAcquisition>;
  readonly ledger: readonly SourceRow[];
}

type KnownSources = Pick<KnownAcquisition, "sidecars" | "folderFields" | "unreadable">;

/** Sources that were loaded before, by the hashes of their image. An image that did not change has the same map of hashes. */
export type LoadedSidecars = WeakMap<ReadonlyMap<string, string>, KnownSources>;

/** With `loaded`, only what changed since an earlier call is read, and added to it. An image that cannot be read stops nothing. */
export async function loadKnownFolder(dataset: ZarrDataset, loaded?: LoadedSidecars): Promise<KnownFolder> {
  const existing = new Set(await dataset.listImageIds());
  const hashes = loaded && (await dataset.imageObjectHashes());
  const sourcesOf = async (imageId: string): Promise<KnownSources> => {
    const key = hashes?.get(imageId);
    const before = key && loaded?.get(key);
    if (before !== undefined) {
      return before;
    }
    const sources = await knownSources(dataset, imageId);
    if (key !== undefined && sources.unreadable === undefined) {
      loaded?.set(key, sources);
    }
    return sources;
  };
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
      ...(exists ? await sourcesOf(row.image_id) : { sidecars: new Map() }),
    });
  }
  return { acquisitions, ledger };
}

async function knownSources(dataset: ZarrDataset, imageId: string): Promise<KnownSources> {
  let provenance: Provenance | undefined;
  try {
    provenance = await loadProvenance(dataset.record(imageId));
  } catch (error) {
    const fault = storedFault(error);
    if (fault === undefined) {
      throw error;
    }
    return { sidecars: new Map(), unreadable: fault.reason };
  }
  const { sidecars = [], pathFields } = provenance ?? {};
  return {
    sidecars: new Map(sidecars.map((sidecar): [string, KnownSidecar] => [sidecar.path, sidecar])),
    folderFields: pathFields,
  };
}
