// The Python system's first-generation indexer of velocity events, which fills `velocity_events`.

import { ARTIFACTS, COLUMNS } from "@kym/kym-schema";
import { FIRST_EVENT_COLUMNS } from "@kym/kym-schema/tables";
import { type Row, rowsOf } from "@kym/zarr-store";
import { tableArtifact } from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadInputTable } from "../../indexer/load-input-table.ts";
import { projectRow } from "./project-row.ts";

const INPUT = { known: FIRST_EVENT_COLUMNS.map(({ name }) => name), keys: [COLUMNS.roiId] };

/**
 * Pools the artifact `velocity_events` into the table of the same name. The columns are those of the Python system: a
 * missing one is NULL, any other is dropped.
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
    const events = await loadInputTable(record, input, INPUT, { signal });
    return Array.from(rowsOf(events), (row) => projectRow(row, FIRST_EVENT_COLUMNS));
  },
});
