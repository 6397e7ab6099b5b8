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
  // A row of an image that the log never had says nothing: the ledger is that of another copy. Its file is a new one.
  const ever = await dataset.past.imagesEver(ledger.map((row) => row.image_id));
  const known = ledger.filter((row) => ever.has(row.image_id));
  for (const [path, row] of currentRows(known)) {
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
      ingestedEpochNs: row.ingested_epoch_ns,
      ...(exists ? await sourcesOf(row.image_id) : { sidecars: new Map() }),
    });
  }
  const inLedger = new Set(known.map((row) => row.image_id));
  for (const imageId of existing) {
    const provenance = inLedger.has(imageId) ? undefined : await loadProvenance(dataset.record(imageId));
    const path = provenance?.sourcePrimaryPath;
    if (path !== undefined && !acquisitions.has(path)) {
      acquisitions.set(path, {
        ...{ imageId, exists: true, image: hashOnly(provenance?.sourceSha256 ?? "") },
        relPath: provenance?.sourceRelPath,
        ...(await sourcesOf(imageId)),
      });
    }
  }
  return { acquisitions, ledger };
}

/** A file of which only the hash is known, so that it is hashed before anything is said of it. */
function hashOnly(sha256: string): KnownAcquisition["image"] {
  return { sizeBytes: -1, mtimeNs: -1n, sha256 };
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
