import { type Column, type Row, rowsOf } from "@kym/zarr-store";
import { loadTableArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { projectRow } from "./project-row.ts";

const COLUMNS: readonly Column[] = [
  { name: "roi_id", type: "int64" },
  { name: "event_id", type: "utf8" },
  { name: "t0_s", type: "float64", unit: "s" },
  { name: "t1_s", type: "float64", unit: "s" },
  { name: "kind", type: "utf8" },
  { name: "score", type: "float64" },
];

/**
 * The first generation's events → `velocity_events`: the artifact `velocity_events` in a closed set of columns; what is
 * absent is NULL, others are dropped. Source: the indexers handoff, `python-system.md` §1.14, §2.9.
 */
export const velocityEventsReportIndexer: Indexer<null> = defineIndexer({
  name: "velocity_events_report",
  tableName: "velocity_events",
  schemaVersion: "v0.1",
  schema: { columns: COLUMNS },
  analysisVersion: "kymflow.velocity_events_report@0.1",
  inputs: tableArtifact("velocity_events"),
  context: async () => null,

  async extract(record, { input, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const events = await loadTableArtifact(record, input, { signal, memory: "shared" });
    return Array.from(rowsOf(events), (row) => projectRow(row, COLUMNS));
  },
});
