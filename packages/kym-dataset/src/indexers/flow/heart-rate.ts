// The indexer of heart rates, which fills `kym_heart_rate`.

import { ARTIFACTS } from "@kym/kym-schema";
import { POOLED_HEART_RATE_COLUMNS } from "@kym/kym-schema/flow";
import { type Row, rowsOf } from "@kym/zarr-store";
import { jsonArtifact, loadTableArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { IMAGE_CONTEXT_SOURCES } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { type FlowImageContext, flowColumns, loadFlowImageContext, movedRois } from "./flow-image-context.ts";

const RUNS = [jsonArtifact(ARTIFACTS.flowHeartRate)];

/** Pools the heart rates of `flow/heart_rate` into `kym_heart_rate`, one row per ROI and channel, in beats a minute. */
export const heartRateIndexer: Indexer<FlowImageContext> = defineIndexer({
  name: "heart_rate",
  label: "heart rate",
  schemaVersion: "0.1",
  schema: { columns: POOLED_HEART_RATE_COLUMNS },
  analysisVersion: "kym.heart_rate_table@1",
  inputs: tableArtifact(ARTIFACTS.flowHeartRate),
  sources: [...RUNS, ...IMAGE_CONTEXT_SOURCES],
  params: (record, options) => loadParams(record, RUNS, options),
  context: (record, options) => loadFlowImageContext(record, ARTIFACTS.flowHeartRate, options),
  rois: movedRois,

  async extract(record, { input, context, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const table = await loadTableArtifact(record, input, { signal, memory: "shared" });
    return Array.from(rowsOf(table), (row) => ({ ...row, ...flowColumns(row, context) }));
  },
});
