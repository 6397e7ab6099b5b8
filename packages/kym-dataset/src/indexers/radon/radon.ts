// The indexer of velocity traces, which fills `kym_radon`.

import { ARTIFACTS, COLUMNS, RADON_ARTIFACTS, RADON_COLUMNS, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import type { Row } from "@kym/zarr-store";
import { type ArtifactRef, jsonArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadInputTable } from "../../indexer/load-input-table.ts";
import { loadParams } from "../../indexer/load-params.ts";
import {
  geometryOfRois,
  loadRadonContext,
  RADON_CONTEXT_SOURCES,
  type RadonContext,
} from "./radon-context.ts";
import { adoptRows, summarizeTraces } from "./radon-rows.ts";

const PARAMS: readonly ArtifactRef[] = RADON_ARTIFACTS.params.map(jsonArtifact);

const TRACE = {
  known: VELOCITY_TRACE_SCHEMA.columns.map(({ name }) => name),
  keys: [COLUMNS.roiId, COLUMNS.velocity],
};
const RESULTS = {
  known: RADON_COLUMNS.map(({ name }) => name),
  keys: [COLUMNS.roiId],
};

/**
 * Summarises velocity traces into `kym_radon`, one row per ROI and channel, in the columns of `radon_report_db.csv`.
 *
 * The trace is the artifact `radon/velocity`, with the columns `roi_id`, `channel` and `velocity_mm_s`. If an image
 * only has `radon/results`, `radon_report` or `radon`, its rows are kept unchanged. `params_hash` is the hash of
 * `radon/params` alone.
 */
export const radonIndexer: Indexer<RadonContext> = defineIndexer({
  name: "radon",
  schemaVersion: "0.2",
  schema: { columns: RADON_COLUMNS },
  analysisVersion: "kymflow.radon@0.2",
  inputs: RADON_ARTIFACTS.tables.flatMap(tableArtifact),
  usesPixels: true,
  sources: [...PARAMS, ...RADON_CONTEXT_SOURCES],
  params: (record, options) => loadParams(record, PARAMS, options),
  context: loadRadonContext,
  rois: geometryOfRois,

  async extract(record, { input, context, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    return input.name === ARTIFACTS.radonVelocity
      ? summarizeTraces(record, await loadInputTable(record, input, TRACE, { signal }), context, { signal })
      : adoptRows(await loadInputTable(record, input, RESULTS, { signal }), context);
  },
});
