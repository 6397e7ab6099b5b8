// Decides whether an image's rows are fresh: pure functions of the ledger's entry and the image's hashes.

import { versionWithSettings } from "../indexers/with-settings.ts";
import type { LedgerEntry } from "../table/ledger.ts";
import type { RunMarker } from "./run-marker.ts";

/** What table and ledger record about one image. */
export interface RecordedIndex {
  readonly entry: LedgerEntry | undefined;
  readonly rows: RecordedRows;
  /** False if the table lacks a column of the indexer's schema, or has it with another type or unit. */
  readonly hasSchema: boolean;
  /** The Python system's record of its last run; used only if there is no entry. */
  readonly marker?: RunMarker | undefined;
}

/** The rows of one image in the pooled table. */
export interface RecordedRows {
  readonly count: number;
  /** The stamps of all rows; undefined without rows, or if rows have different stamps. */
  readonly provenance:
    | { readonly analysisVersion: string | null; readonly paramsHash: string | null }
    | undefined;
}

/** The image's current hashes, from the manifest; nothing has to be opened for them. */
export interface CurrentInputs {
  readonly analysisVersion: string;
  /** Undefined if the image has none of the indexer's inputs. */
  readonly inputsSha256: string | undefined;
  readonly sourcesSha256: string;
}

/** The hashes of params and context, which have to be read from the image. */
export interface CurrentProvenance {
  readonly paramsHash: string;
  readonly contextSha256: string;
  /** Hash of the ROI geometry in the context; null if the indexer has no `rois`. */
  readonly roisSha256: string | null;
}

/** Whether a new run would give the same rows, and why. `docs/indexing.md#the-decision` explains each reason. */
export type Staleness =
  | { readonly state: "not_analysed"; readonly because: "no_inputs" }
  | {
      readonly state: "stale";
      readonly because:
        | "never_indexed"
        | "version_changed"
        | "settings_changed"
        | "inputs_changed"
        | "params_changed"
        | "roi_changed"
        | "context_changed"
        | "rows_differ"
        | "marker_differs"
        | "schema_changed";
    }
  | {
      readonly state: "fresh";
      readonly because: "sources_unchanged" | "provenance_unchanged" | "rows_agree" | "no_rows_marker";
    };

/**
 * Decides from hashes alone, by the first rule of `docs/indexing.md#the-decision` that applies.
 *
 * @returns undefined if params and context have to be read; then {@link decideStalenessFromProvenance} decides
 */
export function decideStalenessFromHashes(
  recorded: RecordedIndex,
  current: CurrentInputs,
): Staleness | undefined {
  const { entry, rows } = recorded;
  if (current.inputsSha256 === undefined) {
    return { state: "not_analysed", because: "no_inputs" };
  }
  if (entry === undefined) {
    return decideUnrecorded(recorded, current);
  }
  if (entry.analysisVersion !== current.analysisVersion) {
    return otherVersion(entry.analysisVersion, current.analysisVersion);
  }
  if (entry.inputsSha256 !== current.inputsSha256) {
    return { state: "stale", because: "inputs_changed" };
  }
  if (!recorded.hasSchema) {
    return { state: "stale", because: "schema_changed" };
  }
  if (rows.count !== entry.nRows || !rowsAgree(rows, entry)) {
    return { state: "stale", because: "rows_differ" };
  }
  return entry.sourcesSha256 === current.sourcesSha256
    ? { state: "fresh", because: "sources_unchanged" }
    : undefined;
}

/**
 * Makes the whole decision: {@link decideStalenessFromHashes}, then {@link decideStalenessFromProvenance}.
 */
export function decideStaleness(
  recorded: RecordedIndex,
  current: CurrentInputs,
  provenance: CurrentProvenance,
): Staleness {
  return decideStalenessFromHashes(recorded, current) ?? decideStalenessFromProvenance(recorded, provenance);
}

/** Decides what {@link decideStalenessFromHashes} leaves open, by the hashes of params and context. */
export function decideStalenessFromProvenance(
  recorded: RecordedIndex,
  provenance: CurrentProvenance,
): Staleness {
  const { entry, rows, marker } = recorded;
  const madeWith = entry?.paramsHash ?? rows.provenance?.paramsHash ?? marker?.paramsHash;
  if (madeWith !== provenance.paramsHash) {
    return { state: "stale", because: "params_changed" };
  }
  if (entry === undefined) {
    return rows.count > 0
      ? { state: "fresh", because: "rows_agree" }
      : { state: "fresh", because: "no_rows_marker" };
  }
  if (entry.contextSha256 === provenance.contextSha256) {
    return { state: "fresh", because: "provenance_unchanged" };
  }
  const { roisSha256: before } = entry;
  const knowsRois = before !== null && provenance.roisSha256 !== null;
  return {
    state: "stale",
    because: knowsRois && before !== provenance.roisSha256 ? "roi_changed" : "context_changed",
  };
}

/**
 * Decides without a ledger entry, as for images of the Python system. Rows are judged by their stamps. If the image has
 * no rows, its run marker may say that the analysis found nothing.
 */
function decideUnrecorded(
  { rows, marker }: RecordedIndex,
  { analysisVersion }: CurrentInputs,
): Staleness | undefined {
  if (rows.count === 0) {
    return decideMarked(marker, analysisVersion);
  }
  if (rows.provenance === undefined) {
    return { state: "stale", because: "rows_differ" };
  }
  if (rows.provenance.analysisVersion !== analysisVersion) {
    return otherVersion(rows.provenance.analysisVersion, analysisVersion);
  }
  const saysNone =
    marker?.nRows === 0 &&
    marker.analysisVersion === analysisVersion &&
    marker.paramsHash === rows.provenance.paramsHash;
  return saysNone ? { state: "stale", because: "marker_differs" } : undefined;
}

function decideMarked(marker: RunMarker | undefined, analysisVersion: string): Staleness | undefined {
  if (marker === undefined) {
    return { state: "stale", because: "never_indexed" };
  }
  if (marker.nRows > 0) {
    return { state: "stale", because: "marker_differs" };
  }
  return marker.analysisVersion === analysisVersion
    ? undefined
    : otherVersion(marker.analysisVersion, analysisVersion);
}

/** Whether the code is another, or only what the dataset remembers. */
function otherVersion(before: string | null, now: string): Staleness {
  const isSameCode =
    before !== null && versionWithSettings(before).version === versionWithSettings(now).version;
  return { state: "stale", because: isSameCode ? "settings_changed" : "version_changed" };
}

function rowsAgree({ count, provenance }: RecordedRows, entry: LedgerEntry): boolean {
  return (
    count === 0 ||
    (provenance?.analysisVersion === entry.analysisVersion && provenance.paramsHash === entry.paramsHash)
  );
}
