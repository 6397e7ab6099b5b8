// Puts the decision about an image's rows into words, for `kym show` and `KymDataset.explain`.

import type { FoundArtifact } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import { versionWithSettings } from "../indexers/with-settings.ts";
import type { RecordedIndex, Staleness } from "./staleness.ts";

/** A decision about one image, with everything that its explanation mentions. */
export interface StalenessReport {
  readonly imageId: string;
  readonly staleness: Staleness;
  readonly recorded: RecordedIndex;
  /** The artifact that the rows are made from. */
  readonly input: FoundArtifact | undefined;
  /** Undefined if the params did not have to be read. */
  readonly paramsHash: string | undefined;
}

/** Explains in a few sentences why an image's rows are fresh, stale or absent. */
export function explainStaleness(indexer: Indexer, report: StalenessReport): string {
  const { imageId, staleness, recorded } = report;
  const what = `${imageId} in ${indexer.tableName}`;
  switch (staleness.state) {
    case "not_analysed":
      return `${what}: not analysed. It has none of ${listInputs(indexer)}.`;
    case "stale":
      return `${what}: stale. ${staleWords(indexer, report, staleness.because)}`;
    case "fresh": {
      const made = `${countRows(recorded)}, made by ${indexer.analysisVersion}${madeFrom(report)}`;
      return `${what}: fresh. ${made}. ${FRESH_WORDS[staleness.because]}`;
    }
    default:
      return staleness satisfies never;
  }
}

const FRESH_WORDS: Readonly<Record<Extract<Staleness, { state: "fresh" }>["because"], string>> = {
  sources_unchanged: "Neither the results nor anything else that the rows use has changed since.",
  provenance_unchanged:
    "The results are the same; other artifacts changed, but nothing in them that the rows use.",
  no_rows_marker:
    "The Python system ran it with these params and found nothing, according to its run marker.",
  rows_agree: "The ledger has no entry for them yet, but they have the current version and params.",
};

function staleWords(
  indexer: Indexer,
  { recorded, input, paramsHash }: StalenessReport,
  because: Extract<Staleness, { state: "stale" }>["because"],
): string {
  const { entry, rows } = recorded;
  const results = input === undefined ? "The results" : `The results (${input.key})`;
  switch (because) {
    case "never_indexed":
      return `${results} have not been indexed yet.`;
    case "version_changed": {
      const before = entry?.analysisVersion ?? rows.provenance?.analysisVersion ?? "no version";
      return `The rows were made by ${before}; ${indexer.analysisVersion} makes different ones.`;
    }
    case "settings_changed": {
      const before = settingsOf(entry?.analysisVersion ?? rows.provenance?.analysisVersion ?? "");
      const now = settingsOf(indexer.analysisVersion);
      return `The dataset remembers other settings (--prefer, --min-quality) than the rows were made with: ${before} then, ${now} now.`;
    }
    case "inputs_changed":
      return `${results}${indexer.usesPixels ? ", the pixels or their calibration" : ""} are not those that the rows were made from.`;
    case "params_changed": {
      const before = entry?.paramsHash ?? rows.provenance?.paramsHash ?? "none";
      return `The params changed: their hash was ${short(before)} and is ${short(paramsHash ?? "")}.`;
    }
    case "roi_changed":
      return "A ROI that the rows use was moved, added or deleted.";
    case "context_changed":
      return "Something else that the rows use changed: ROIs, accepted, calibration, experiment or source.";
    case "rows_differ":
      return differenceWords(recorded);
    case "marker_differs":
      return `The Python system's run marker records ${recorded.marker?.nRows ?? 0} rows, but the table has ${rows.count}.`;
    case "schema_changed":
      return "The table's columns, types or units are not those that the indexer makes now.";
    default:
      return because satisfies never;
  }
}

function differenceWords(recorded: RecordedIndex): string {
  const { entry, rows } = recorded;
  if (entry === undefined) {
    return "The rows have different versions or params, and the ledger has no entry for them.";
  }
  return entry.nRows === rows.count
    ? "The rows have another version or other params than the ledger records."
    : `The table has ${countRows(recorded)}, but the ledger records ${entry.nRows}.`;
}

function listInputs({ inputs }: Indexer): string {
  return inputs.map(({ name, format }) => `${name}.${format}`).join(", ");
}

function countRows({ rows }: RecordedIndex): string {
  return rows.count === 1 ? "1 row" : `${rows.count} rows`;
}

function madeFrom({ input, recorded }: StalenessReport): string {
  const { entry, rows, marker } = recorded;
  const hash = entry?.paramsHash ?? rows.provenance?.paramsHash ?? marker?.paramsHash ?? "";
  return `${input === undefined ? "" : ` from ${input.key}`} with params ${short(hash)}`;
}

function settingsOf(analysisVersion: string): string {
  const { settings } = versionWithSettings(analysisVersion);
  return settings === "" ? "the default ones" : settings;
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
