// The indexer of velocity traces, which fills `kym_radon`.

import { ARTIFACTS, RADON_ARTIFACTS, RADON_COLUMNS } from "@kym/kym-schema";
import type { Row } from "@kym/zarr-store";
import {
  type ArtifactRef,
  jsonArtifact,
  loadTableArtifact,
  tableArtifact,
} from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import {
  geometryOfRois,
  loadRadonContext,
  RADON_CONTEXT_SOURCES,
  type RadonContext,
} from "./radon-context.ts";
import { adoptRows, summarizeTraces } from "./radon-rows.ts";

const PARAMS: readonly ArtifactRef[] = RADON_ARTIFACTS.params.map(jsonArtifact);

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
  analysisVersion: "kymflow.radon@0.3",
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
    const table = await loadTableArtifact(record, input, { signal, memory: "shared" });
    return input.name === ARTIFACTS.radonVelocity
      ? summarizeTraces(record, table, context, { signal })
      : adoptRows(table, context);
  },
});
