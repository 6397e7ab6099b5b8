// The indexer of diameters, which fills `kym_diameter`.

import { ARTIFACTS, COLUMNS } from "@kym/kym-schema";
import { POOLED_DIAMETER_COLUMNS } from "@kym/kym-schema/flow";
import { fullBounds, roiStats } from "@kym/roi";
import type { CellValue, Row } from "@kym/zarr-store";
import { rowsOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { jsonArtifact, loadTableArtifact, tableArtifact } from "../../indexer/artifact-ref.ts";
import { finiteCell } from "../../indexer/finite-cell.ts";
import { IMAGE_CONTEXT_SOURCES } from "../../indexer/image-context.ts";
import { defineIndexer, type Indexer } from "../../indexer/indexer.ts";
import { loadParams } from "../../indexer/load-params.ts";
import { inOrderOfRois, keyOfRow } from "../preferred-rows.ts";
import { type FlowImageContext, flowColumns, loadFlowImageContext, movedRois } from "./flow-image-context.ts";

const RUNS = [jsonArtifact(ARTIFACTS.flowDiameter)];

/** Summarises the widths of `flow/diameter` into `kym_diameter`, one row per ROI and channel. */
export const diameterIndexer: Indexer<FlowImageContext> = defineIndexer({
  name: "diameter",
  schemaVersion: "0.1",
  schema: { columns: POOLED_DIAMETER_COLUMNS },
  analysisVersion: "kym.diameter_table@1",
  inputs: tableArtifact(ARTIFACTS.flowDiameter),
  sources: [...RUNS, ...IMAGE_CONTEXT_SOURCES],
  params: (record, options) => loadParams(record, RUNS, options),
  context: (record, options) => loadFlowImageContext(record, ARTIFACTS.flowDiameter, options),
  rois: movedRois,

  async extract(record, { input, context, signal }): Promise<readonly Row[]> {
    if (input === undefined) {
      return [];
    }
    const table = await loadTableArtifact(record, input, { signal, memory: "shared" });
    return inOrderOfRois(summarizeDiameters(table)).map((row) => ({ ...row, ...flowColumns(row, context) }));
  },
});

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

interface Summary {
  readonly n: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly sd: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

function summaryOf(cells: readonly (CellValue | undefined)[]): Summary {
  const data = Float64Array.from(cells.map(finiteCell).filter((number) => number !== null));
  if (data.length === 0) {
    return { n: 0, mean: null, median: null, sd: null, min: null, max: null };
  }
  const plane = { data, height: data.length, width: 1 };
  const { n, mean, sd, min, max } = roiStats(plane, fullBounds(plane));
  const sorted = data.toSorted();
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { n, mean, median, sd, min, max };
}
