import { isJsonObject } from "@kym/kym-schema";
import { isZarrStoreError, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { findArtifact, jsonArtifact, type ObjectHashes } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";

/** What the Python system wrote beside an image after each run of an indexer. We read it and never write one. */
export interface RunMarker {
  readonly analysisVersion: string;
  readonly paramsHash: string;
  readonly nRows: number;
}

const MARKER_VERSION = "1";

/**
 * Reads a run marker, or the older one of the velocity events, which has `n_events` and no `marker_version`. Undefined
 * for anything else. Source: `python-system.md` §1.13.
 */
export function parseRunMarker(value: unknown): RunMarker | undefined {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { marker_version: version, params_hash: hash, analysis_version: analysisVersion } = value;
  const count = version === undefined ? value["n_events"] : value["n_rows"];
  const isNamed =
    version === undefined ||
    (typeof value["indexer_name"] === "string" && value["indexer_name"].trim() !== "");
  if ((version !== undefined && version !== MARKER_VERSION) || !isNamed) {
    return undefined;
  }
  return typeof hash === "string" && typeof analysisVersion === "string" && isCount(count)
    ? { analysisVersion, paramsHash: hash, nRows: count }
    : undefined;
}

/** The first valid marker that an image has of an indexer. What is malformed counts as missing. */
export async function loadRunMarker(
  record: ZarrImageRecord,
  indexer: Pick<Indexer, "name" | "runMarkers">,
  hashes: ObjectHashes,
  options: ReadOptions,
): Promise<RunMarker | undefined> {
  for (const name of [...(indexer.runMarkers ?? []), `${indexer.name}_run`]) {
    if (findArtifact([jsonArtifact(name)], hashes) === undefined) {
      continue;
    }
    const marker = parseRunMarker(await loadLeniently(record, name, options));
    if (marker !== undefined) {
      return marker;
    }
  }
  return undefined;
}

async function loadLeniently(record: ZarrImageRecord, name: string, options: ReadOptions): Promise<unknown> {
  try {
    return await record.loadJson(name, options);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file", "not_found")) {
      return undefined;
    }
    throw error;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
