import { expect, test } from "vitest";
import { radonIndexer, type Staleness, velocityEventIndexer } from "../../src/index.ts";
import { explainStaleness } from "../../src/staleness/explain-staleness.ts";
import type { LedgerEntry, RecordedIndex } from "../../src/staleness/index.ts";

const ENTRY: LedgerEntry = {
  imageId: "a",
  analysisVersion: "kymflow.velocity_events@0.0",
  paramsHash: "0123456789abcdef",
  inputsSha256: "i",
  sourcesSha256: "s",
  contextSha256: "c",
  roisSha256: null,
  nRows: 2,
  indexedEpochNs: 0n,
};
const STAMP = { analysisVersion: "kymflow.velocity_events@0.0", paramsHash: "fedcba9876543210" };
const RECORDED: RecordedIndex = {
  entry: ENTRY,
  rows: { count: 2, provenance: STAMP },
  hasSchema: true,
};
const EVENTS = {
  format: "parquet",
  name: "velocity_events/events",
  key: "analysis/velocity_events/events.parquet",
} as const;

test.each<[Staleness, RecordedIndex, string]>([
  [
    { state: "fresh", because: "provenance_unchanged" },
    RECORDED,
    "fresh. 2 rows, made by kymflow.velocity_events@0.1 from analysis/velocity_events/events.parquet with params 0123456789ab. The results are the same; other artifacts changed, but nothing in them that the rows use.",
  ],
  [
    { state: "fresh", because: "rows_agree" },
    { ...RECORDED, entry: undefined },
    "fresh. 2 rows, made by kymflow.velocity_events@0.1 from analysis/velocity_events/events.parquet with params fedcba987654. The ledger has no entry for them yet, but they have the current version and params.",
  ],
  [
    { state: "stale", because: "never_indexed" },
    RECORDED,
    "stale. The results (analysis/velocity_events/events.parquet) have not been indexed yet.",
  ],
  [
    { state: "stale", because: "version_changed" },
    RECORDED,
    "stale. The rows were made by kymflow.velocity_events@0.0; kymflow.velocity_events@0.1 makes different ones.",
  ],
  [
    { state: "stale", because: "inputs_changed" },
    RECORDED,
    "stale. The results (analysis/velocity_events/events.parquet) are not those that the rows were made from.",
  ],
  [
    { state: "stale", because: "roi_changed" },
    RECORDED,
    "stale. A ROI that the rows use was moved, added or deleted.",
  ],
  [
    { state: "stale", because: "context_changed" },
    RECORDED,
    "stale. Something else that the rows use changed: ROIs, accepted, calibration, experiment or source.",
  ],
  [
    { state: "stale", because: "schema_changed" },
    RECORDED,
    "stale. The table's columns, types or units are not those that the indexer makes now.",
  ],
  [
    { state: "stale", because: "rows_differ" },
    { ...RECORDED, rows: { count: 1, provenance: STAMP } },
    "stale. The table has 1 row, but the ledger records 2.",
  ],
  [
    { state: "stale", because: "rows_differ" },
    RECORDED,
    "stale. The rows have another version or other params than the ledger records.",
  ],
  [
    { state: "stale", because: "rows_differ" },
    { ...RECORDED, entry: undefined },
    "stale. The rows have different versions or params, and the ledger has no entry for them.",
  ],
])("%o is said in words", (staleness, recorded, words) => {
  const report = { imageId: "a", staleness, recorded, input: EVENTS, paramsHash: "aaaa" };
  expect(explainStaleness(velocityEventIndexer, report)).toBe(`a in kym_velocity_events: ${words}`);
});

test("a changed calibration is named where the rows use pixels, whose metadata have it", () => {
  const staleness: Staleness = { state: "stale", because: "inputs_changed" };
  const report = { imageId: "a", staleness, recorded: RECORDED, input: EVENTS, paramsHash: "aaaa" };
  expect(explainStaleness(radonIndexer, report)).toBe(
    "a in kym_radon: stale. The results (analysis/velocity_events/events.parquet), the pixels or their calibration are not those that the rows were made from.",
  );
});
