import { ARTIFACTS } from "@kym/kym-schema";
import { FIRST_EVENT_COLUMNS } from "@kym/kym-schema/tables";
import { type Row, rowsOf } from "@kym/zarr-store";
import { loadTableArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { projectRow } from "./project-row.ts";

/**
 * The first generation's events → `velocity_events`: the artifact `velocity_events` in a closed set of columns; what is
 * absent is NULL, others are dropped. Source: the indexers handoff, `python-system.md` §1.14, §2.9.
 */
export const velocityEventsReportIndexer: Indexer<null> = defineIndexer({
  name: "velocity_events_report",
  tableName: ARTIFACTS.firstEvents,
  schemaVersion: "v0.1",
  schema: { columns: FIRST_EVENT_COLUMNS },
  analysisVersion: "kymflow.velocity_events_report@0.1",
  inputs: tableArtifact(ARTIFACTS.firstEvents),
  context: async () => null,

  async extract(record, { input, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const events = await loadTableArtifact(record, input, { signal, memory: "shared" });
    return Array.from(rowsOf(events), (row) => projectRow(row, FIRST_EVENT_COLUMNS));
  },
});
