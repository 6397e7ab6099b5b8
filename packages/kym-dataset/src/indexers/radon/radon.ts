// The indexer of velocity traces, which fills `kym_radon`.

import { ARTIFACTS, COLUMNS, RADON_ARTIFACTS, RADON_COLUMNS, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { FLOW_SOFTWARE, POOLED_RADON_COLUMNS } from "@kym/kym-schema/flow";
import { ACQSTORE_SOFTWARE } from "@kym/kym-schema/tables";
import type { ReadOptions, Row, ZarrImageRecord } from "@kym/zarr-store";
import { type ArtifactRef, findArtifact, jsonArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadInputTable } from "../../indexer/load-input-table.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { inOrderOfRois, LAB_SOFTWARE, preferredRows } from "../preferred-rows.ts";
import { withSettings } from "../with-settings.ts";
import {
  geometryOfRois,
  loadRadonContext,
  RADON_CONTEXT_SOURCES,
  type RadonContext,
} from "./radon-context.ts";
import { adoptRows, summarizeTraces } from "./radon-rows.ts";

const PARAMS: readonly ArtifactRef[] = [
  ...RADON_ARTIFACTS.params,
  ARTIFACTS.acqstoreVelocity,
  ARTIFACTS.flowVelocity,
].map(jsonArtifact);
const LAB = RADON_ARTIFACTS.tables.flatMap(tableArtifact);
const ACQSTORE: readonly ArtifactRef[] = tableArtifact(ARTIFACTS.acqstoreVelocity);
const OURS: readonly ArtifactRef[] = [{ format: "parquet", name: ARTIFACTS.flowVelocity }];

const TRACE = {
  known: VELOCITY_TRACE_SCHEMA.columns.map(({ name }) => name),
  keys: [COLUMNS.roiId, COLUMNS.velocity],
};
/** A window at a right angle, or of an image without calibration, has no velocity. */
const ACQSTORE_TRACE = { known: TRACE.known, keys: [COLUMNS.roiId] };
const RESULTS = {
  known: RADON_COLUMNS.map(({ name }) => name),
  keys: [COLUMNS.roiId],
};

/**
 * Summarises velocity traces into `kym_radon`, one row per ROI and channel: the columns of `radon_report_db.csv`, which
 * software computed the trace, and how often the flow stood still.
 *
 * A lab's trace is the artifact `radon/velocity`, with the columns `roi_id`, `channel` and `velocity_mm_s`. If an image
 * only has `radon/results`, `radon_report` or `radon`, its rows are kept unchanged. The trace of `kym analyze` is
 * `flow/velocity`, and that of acqstore `acqstore/velocity`. A ROI that has several counts once: the lab's, otherwise acqstore's,
 * otherwise ours; ours first if the dataset says so.
 *
 * `params_hash` is the hash of `radon/params` alone; of an image without it, that of the runs of `flow/velocity`.
 */
export const radonIndexer: Indexer<RadonContext> = withSettings(
  "kymflow.radon@0.3",
  ["prefer", "minQuality"],
  ({ prefer, minQuality }, more) =>
    defineIndexer({
      name: "radon",
      schemaVersion: "0.3",
      schema: { columns: POOLED_RADON_COLUMNS },
      ...more,
      inputs: [...LAB, ...ACQSTORE, ...OURS],
      usesPixels: true,
      sources: [...PARAMS, ...RADON_CONTEXT_SOURCES],
      params: (record, options) => loadParams(record, PARAMS, options),
      context: loadRadonContext,
      rois: geometryOfRois,

      async extract(record, { context, signal }): Promise<readonly Row[]> {
        const lab = await labRows(record, context, { minQuality, signal });
        const acqstore = await acqstoreRows(record, context, { minQuality, signal });
        const ours = await ourRows(record, context, { minQuality, signal });
        return inOrderOfRois(preferredRows({ lab, acqstore, ours }, prefer));
      },
    }),
);

type RowsOptions = ReadOptions & { readonly minQuality: number };

async function labRows(
  record: ZarrImageRecord,
  context: RadonContext,
  options: RowsOptions,
): Promise<readonly Row[]> {
  const found = findArtifact(LAB, await record.objectHashes());
  if (found === undefined) {
    return [];
  }
  const { signal } = options;
  if (found.name !== ARTIFACTS.radonVelocity) {
    return adoptRows(await loadInputTable(record, found, RESULTS, { signal }), context);
  }
  const table = await loadInputTable(record, found, TRACE, { signal });
  return summarizeTraces(record, table, context, { ...options, software: LAB_SOFTWARE, runs: context.runs });
}

async function acqstoreRows(
  record: ZarrImageRecord,
  context: RadonContext,
  options: RowsOptions,
): Promise<readonly Row[]> {
  const found = findArtifact(ACQSTORE, await record.objectHashes());
  if (found === undefined) {
    return [];
  }
  const runs = context.acqstore?.runs ?? {};
  const table = await loadInputTable(record, found, ACQSTORE_TRACE, { signal: options.signal });
  return summarizeTraces(record, table, context, { ...options, software: ACQSTORE_SOFTWARE, runs });
}

async function ourRows(
  record: ZarrImageRecord,
  context: RadonContext,
  options: RowsOptions,
): Promise<readonly Row[]> {
  const found = findArtifact(OURS, await record.objectHashes());
  if (found === undefined) {
    return [];
  }
  const { runs } = context.flow;
  const software = Object.values(runs).find((run) => run.software !== null)?.software ?? FLOW_SOFTWARE;
  const table = await loadInputTable(record, found, TRACE, { signal: options.signal });
  return summarizeTraces(record, table, context, { ...options, software, runs });
}
