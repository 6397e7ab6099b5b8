import type { LedgerEntry } from "../table/ledger.ts";
import type { RunMarker } from "./run-marker.ts";

/** What the index has of one image. */
export interface RecordedIndex {
  readonly entry: LedgerEntry | undefined;
  readonly rows: RecordedRows;
  /** False if the table lacks a column of the indexer's schema, or has it with another type or unit. */
  readonly hasSchema: boolean;
  /** What the Python system said of its last run; looked at only where there is no entry. */
  readonly marker?: RunMarker | undefined;
}

/** The rows that the pooled table has of one image. */
export interface RecordedRows {
  readonly count: number;
  /** What all of them are stamped with; undefined without rows, or where they disagree. */
  readonly provenance:
    | { readonly analysisVersion: string | null; readonly paramsHash: string | null }
    | undefined;
}

/** What the manifest says of the image as it is now. Nothing has to be opened for it. */
export interface CurrentInputs {
  readonly analysisVersion: string;
  /** Undefined if the image has none of the indexer's inputs. */
  readonly inputsSha256: string | undefined;
  readonly sourcesSha256: string;
}

/** What has to be read from the image. */
export interface CurrentProvenance {
  readonly paramsHash: string;
  readonly contextSha256: string;
  /** Of the ROI geometry in the context; null if the indexer names none. */
  readonly roisSha256: string | null;
}

/** Whether the rows of an image say what a new run would say, and why. */
export type Staleness =
  | { readonly state: "not_analysed"; readonly because: "no_inputs" }
  | {
      readonly state: "stale";
      readonly because:
        | "never_indexed"
        | "version_changed"
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
 * What can be said from hashes alone; undefined if params and context have to be read. The rules are those of design
 * §5: (1) no inputs, (2) another version or other inputs, (3) the same sources.
 *
 * Rows that the ledger does not account for (other ones, or another number of them) are stale, and so are those of a
 * table that does not have the columns.
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
    return { state: "stale", because: "version_changed" };
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
 * The whole decision: {@link decideStalenessFromHashes}, then
 * {@link decideStalenessFromProvenance}. Pure, and total.
 */
export function decideStaleness(
  recorded: RecordedIndex,
  current: CurrentInputs,
  provenance: CurrentProvenance,
): Staleness {
  return decideStalenessFromHashes(recorded, current) ?? decideStalenessFromProvenance(recorded, provenance);
}

/** What {@link decideStalenessFromHashes} leaves open: (4) params and context. */
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
 * Without an entry there may be rows of the Python system, which kept no ledger: they are judged by their stamps. Where
 * there are none, its run marker may say that there were none to make. Source: `python-system.md` §2.8.
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
    return { state: "stale", because: "version_changed" };
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
    : { state: "stale", because: "version_changed" };
}

function rowsAgree({ count, provenance }: RecordedRows, entry: LedgerEntry): boolean {
  return (
    count === 0 ||
    (provenance?.analysisVersion === entry.analysisVersion && provenance.paramsHash === entry.paramsHash)
  );
}
