// Reads the run markers of the Python system, which kept no ledger.

import { isJsonObject } from "@kym/kym-schema";
import { isZarrStoreError, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { findArtifact, jsonArtifact, type ObjectHashes } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";

/** What the Python system wrote beside an image after each run of an indexer. This package never writes one. */
export interface RunMarker {
  readonly analysisVersion: string;
  readonly paramsHash: string;
  readonly nRows: number;
}

const MARKER_VERSION = "1";

/**
 * Parses a run marker. The older marker of velocity events has `n_events` and no `marker_version`.
 *
 * @returns undefined for anything else
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

/** Loads the first valid run marker of an indexer. A malformed marker counts as missing. */
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
