import type { SimulatedScan } from "../simulator/simulate-lab-folder.ts";
import { alignRows } from "../transcript/align-rows.ts";

/** One ROI: what it was drawn with, and what the dataset's table says. */
export interface VelocityComparison {
  readonly relPath: string;
  readonly description: string;
  readonly roiId: number;
  readonly trueMmPerS: number;
  /** Undefined if the table has no such row. */
  readonly measuredMmPerS: number | undefined;
}

/** Puts the truth about each ROI that the lab analysed beside its row of `kym_radon`, as `kym query --json` gives it. */
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

/** How far the measured mean is from the truth, as a fraction of it. */
export function relativeError({ trueMmPerS, measuredMmPerS }: VelocityComparison): number {
  return measuredMmPerS === undefined ? Number.NaN : measuredMmPerS / trueMmPerS - 1;
}

/** A table for people, true and measured side by side. */
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
