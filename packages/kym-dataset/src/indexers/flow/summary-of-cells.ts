// Summarises the numbers in a column: how many there are, and their mean, median, spread and ends.

import { fullBounds, roiStats } from "@kym/roi";
import type { CellValue } from "@kym/zarr-store";
import { finiteCell } from "../../indexer/finite-cell.ts";

/** Null where there is no number. The spread is that of the population. */
export interface CellSummary {
  readonly n: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly sd: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** Summarises the finite numbers among the cells. */
export function summaryOf(cells: readonly (CellValue | undefined)[]): CellSummary {
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
