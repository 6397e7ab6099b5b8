// The indexer of diameters, which fills `kym_diameter`.

import { ARTIFACTS, COLUMNS } from "@kym/kym-schema";
import { POOLED_DIAMETER_COLUMNS } from "@kym/kym-schema/flow";
import type { Row } from "@kym/zarr-store";
import { rowsOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import {
  type ArtifactRef,
  findArtifact,
  jsonArtifact,
  loadTableArtifact,
  tableArtifact,
} from "../../indexer/artifact-ref.ts";
import { flowSources } from "../../indexer/flow-runs.ts";
import { IMAGE_CONTEXT_SOURCES } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { inOrderOfRois, keyOfRow, preferredRows } from "../preferred-rows.ts";
import { withSettings } from "../with-settings.ts";
import {
  acqstoreColumns,
  type FlowImageContext,
  flowColumns,
  loadFlowImageContext,
  movedRois,
} from "./flow-image-context.ts";
import { summaryOf } from "./summary-of-cells.ts";

const RUNS = [jsonArtifact(ARTIFACTS.acqstoreDiameter), jsonArtifact(ARTIFACTS.flowDiameter)];
const ACQSTORE = tableArtifact(ARTIFACTS.acqstoreDiameter);
const OURS = tableArtifact(ARTIFACTS.flowDiameter);

/**
 * Summarises widths into `kym_diameter`, one row per ROI and channel: those of acqstore, `acqstore/diameter/table`, otherwise those of
 * `kym analyze`, `flow/diameter`; ours first if the dataset says so.
 */
export const diameterIndexer: Indexer<FlowImageContext> = withSettings(
  "kym.diameter_table@1",
  ["prefer"],
  ({ prefer }, more) =>
    defineIndexer({
      name: "diameter",
      schemaVersion: "0.1",
      schema: { columns: POOLED_DIAMETER_COLUMNS },
      ...more,
      inputs: [...ACQSTORE, ...OURS],
      sources: [
        ...RUNS,
        ...IMAGE_CONTEXT_SOURCES,
        ...flowSources(ARTIFACTS.flowDiameter),
        ...flowSources(ARTIFACTS.acqstoreDiameter),
      ],
      params: (record, options) => loadParams(record, RUNS, options),
      context: (record, options) =>
        loadFlowImageContext(record, ARTIFACTS.flowDiameter, ARTIFACTS.acqstoreDiameter, options),
      rois: movedRois,

      async extract(record, { context, signal }): Promise<readonly Row[]> {
        const rowsIn = async (refs: readonly ArtifactRef[]): Promise<readonly Row[]> => {
          const found = findArtifact(refs, await record.objectHashes());
          return found === undefined
            ? []
            : summarizeDiameters(await loadTableArtifact(record, found, { signal, memory: "shared" }));
        };
        const acqstore = (await rowsIn(ACQSTORE)).map((row) => ({
          ...row,
          ...acqstoreColumns(row, context),
        }));
        const ours = (await rowsIn(OURS)).map((row) => ({ ...row, ...flowColumns(row, context) }));
        return inOrderOfRois(preferredRows({ lab: [], acqstore, ours }, prefer));
      },
    }),
);

/** One row for each ROI and channel. A line without a diameter counts in `n_total` alone. */
function summarizeDiameters(table: Table): readonly Row[] {
  const cells = Object.groupBy(rowsOf(table), keyOfRow);
  return Object.values(cells).flatMap((rows = []): Row[] => {
    const [first] = rows;
    const um = summaryOf(rows.map((row) => row[COLUMNS.diameterUm]));
    const px = summaryOf(rows.map((row) => row[COLUMNS.diameterPx]));
    return [
      {
        roi_id: first?.[COLUMNS.roiId] ?? null,
        channel: first?.[COLUMNS.channel] ?? null,
        n_total: BigInt(rows.length),
        n_valid: BigInt(px.n),
        diameter_mean_um: um.mean,
        diameter_median_um: um.median,
        diameter_std_um: um.sd,
        diameter_min_um: um.min,
        diameter_max_um: um.max,
        diameter_mean_px: px.mean,
        qc_mean: summaryOf(rows.map(({ qc_score: score }) => score)).mean,
      },
    ];
  });
}
