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
 * Velocity traces → `kym_radon`: one row for each ROI and channel of the artifact `radon/velocity` (columns `roi_id`,
 * `channel`, `velocity_mm_s`), in the columns of `radon_report_db.csv`. An image that has only `radon/results`,
 * `radon_report` or `radon` gives those rows as they are. `params_hash` is that of `radon/params` alone.
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
    const table = await loadTableArtifact(record, input, { signal, memory: "shared" });
    return input.name === ARTIFACTS.radonVelocity
      ? summarizeTraces(record, table, context, { signal })
      : adoptRows(table, context);
  },
});
