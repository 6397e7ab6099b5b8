// The indexer of heart rates, which fills `kym_heart_rate`.

import { ARTIFACTS } from "@kym/kym-schema";
import { POOLED_HEART_RATE_COLUMNS } from "@kym/kym-schema/flow";
import { type Row, rowsOf } from "@kym/zarr-store";
import { findArtifact, jsonArtifact, loadTableArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { flowSources } from "../../indexer/flow-runs.ts";
import { IMAGE_CONTEXT_SOURCES } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { inOrderOfRois, preferredRows } from "../preferred-rows.ts";
import { withSettings } from "../with-settings.ts";
import { acqstoreHeartRates } from "./acqstore-heart-rates.ts";
import {
  acqstoreColumns,
  type FlowImageContext,
  flowColumns,
  loadFlowImageContext,
  movedRois,
} from "./flow-image-context.ts";

const ACQSTORE = jsonArtifact(ARTIFACTS.acqstoreHeartRate);
const RUNS = [ACQSTORE, jsonArtifact(ARTIFACTS.flowHeartRate)];
const OURS = tableArtifact(ARTIFACTS.flowHeartRate);

/**
 * Pools heart rates into `kym_heart_rate`, one row per ROI and channel, in beats a minute: those of acqstore,
 * `acqstore/heart_rate/summary`, otherwise those of `kym analyze`, `flow/heart_rate`; ours first if the dataset says so.
 */
export const heartRateIndexer: Indexer<FlowImageContext> = withSettings(
  "kym.heart_rate_table@1",
  ["prefer"],
  ({ prefer }, more) =>
    defineIndexer({
      name: "heart_rate",
      label: "heart rate",
      schemaVersion: "0.1",
      schema: { columns: POOLED_HEART_RATE_COLUMNS },
      ...more,
      inputs: [ACQSTORE, ...OURS],
      sources: [...RUNS, ...IMAGE_CONTEXT_SOURCES, ...flowSources(ARTIFACTS.flowHeartRate)],
      params: (record, options) => loadParams(record, RUNS, options),
      context: (record, options) =>
        loadFlowImageContext(record, ARTIFACTS.flowHeartRate, ARTIFACTS.acqstoreHeartRate, options),
      rois: movedRois,

      async extract(record, { context, signal }): Promise<readonly Row[]> {
        const hashes = await record.objectHashes();
        const stored = findArtifact([ACQSTORE], hashes);
        const acqstore =
          stored === undefined
            ? []
            : acqstoreHeartRates(await record.loadJson(stored.name, { signal })).map((row) => ({
                ...row,
                ...acqstoreColumns(row, context),
              }));
        const found = findArtifact(OURS, hashes);
        const table = found && (await loadTableArtifact(record, found, { signal, memory: "shared" }));
        const ours = Array.from(table === undefined ? [] : rowsOf(table), (row) => ({
          ...row,
          ...flowColumns(row, context),
        }));
        const rows = preferredRows({ lab: [], acqstore, ours }, prefer);
        return acqstore.length === 0 ? rows : inOrderOfRois(rows);
      },
    }),
);
