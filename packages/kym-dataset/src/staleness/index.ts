/**
 * The pure functions behind a pooled table: they decide which rows are stale, and why.
 *
 * @module
 */

export { legacyRadonParamsHash } from "../indexers/radon/legacy-radon-params-hash.ts";
export { summarizeTrace, type TraceSummary } from "../indexers/radon/summarize-trace.ts";
export type { Ledger, LedgerEntry } from "../table/ledger.ts";
export {
  type CurrentInputs,
  type CurrentProvenance,
  decideStaleness,
  decideStalenessFromHashes,
  type RecordedIndex,
  type RecordedRows,
} from "./staleness.ts";
