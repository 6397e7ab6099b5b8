// Compares measured velocities with the true ones that only the simulator knows.

import type { SimulatedScan } from "../simulator/simulate-lab-folder.ts";
import { alignRows } from "../transcript/align-rows.ts";

/** The true velocity of one ROI, and the one in the dataset's table. */
export interface VelocityComparison {
  readonly relPath: string;
  readonly description: string;
  readonly roiId: number;
  readonly trueMmPerS: number;
  /** Undefined if the table does not have the row. */
  readonly measuredMmPerS: number | undefined;
}

/** Pairs the true velocity of each analysed ROI with its row of `kym_radon`, as `kym query --json` returns it. */
export function compareVelocities(
  scans: readonly SimulatedScan[],
  rows: readonly ReadonlyMap<string, unknown>[],
): readonly VelocityComparison[] {
  const present = scans.filter(({ plan }) => plan.image === "whole");
  return present.flatMap(({ relPath, plan, rois }) =>
    rois
      .filter(({ trace }) => trace !== undefined)
      .map(({ roiId, meanMmPerS }) => ({
        relPath,
        description: plan.description,
        roiId,
        trueMmPerS: meanMmPerS,
        measuredMmPerS: rows
          .map((row) => measuredIn(row, relPath, roiId))
          .find((value) => value !== undefined),
      })),
  );
}

function measuredIn(row: ReadonlyMap<string, unknown>, relPath: string, roiId: number): number | undefined {
  const mean = row.get("vel_mean");
  const isIt = row.get("rel_path") === relPath && row.get("roi_id") === roiId;
  return isIt && typeof mean === "number" ? mean : undefined;
}

/** The error of the measured mean, as a fraction of the true one. */
export function relativeError({ trueMmPerS, measuredMmPerS }: VelocityComparison): number {
  return measuredMmPerS === undefined ? Number.NaN : measuredMmPerS / trueMmPerS - 1;
}

/** Writes true and measured velocities side by side, as a table for people. */
export function comparisonText(comparisons: readonly VelocityComparison[]): string {
  const cells = comparisons.map((comparison) => [
    comparison.relPath.slice(comparison.relPath.lastIndexOf("/") + 1, -".tif".length),
    String(comparison.roiId),
    comparison.trueMmPerS.toFixed(3),
    comparison.measuredMmPerS?.toFixed(3) ?? "—",
    `${(100 * relativeError(comparison)).toFixed(2)} %`,
    comparison.description,
  ]);
  return alignRows([["scan", "ROI", "true mm/s", "measured", "error", ""], ...cells]);
}
