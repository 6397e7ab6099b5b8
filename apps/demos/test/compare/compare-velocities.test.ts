import { describe, expect, it } from "vitest";
import { compareVelocities, comparisonText, relativeError } from "../../src/compare/compare-velocities.ts";
import { planLabFolder } from "../../src/simulator/plan-lab-folder.ts";
import type { SimulatedScan } from "../../src/simulator/simulate-lab-folder.ts";

const SCANS: readonly SimulatedScan[] = planLabFolder()
  .slice(2, 9)
  .map((plan) => ({
    plan,
    relPath: `${plan.folder}/${plan.stem}.tif`,
    files: [],
    rois: plan.rois.map((_, index) => ({
      roiId: index + 1,
      meanMmPerS: index + 1,
      trace:
        plan.analysis === "none" ? undefined : { timeS: [1], velocityMmPerS: [1], trueMmPerS: [index + 1] },
    })),
  }));
const row = (relPath: string, roiId: number, mean: unknown): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>([
    ["rel_path", relPath],
    ["roi_id", roiId],
    ["vel_mean", mean],
  ]);

describe("compareVelocities", () => {
  const relPath = SCANS[0]!.relPath;
  const compared = compareVelocities(SCANS, [
    row(relPath, 2, 2.02),
    row("other.tif", 1, 9),
    row(relPath, 1, null),
  ]);

  it("compares what was analysed and is there, ROI by ROI", () => {
    expect(compared.map(({ description, roiId }) => `${description} ${roiId}`)).toEqual([
      "two ROIs 1",
      "two ROIs 2",
      "slow 1",
      "the other way 1",
      "with a stall 1",
    ]);
    expect(compared.map(({ measuredMmPerS }) => measuredMmPerS).slice(0, 3)).toEqual([
      undefined,
      2.02,
      undefined,
    ]);
    expect(relativeError(compared[1]!)).toBeCloseTo(0.01, 9);
    expect(relativeError(compared[0]!)).toBeNaN();
  });

  it("shows them side by side", () => {
    expect(comparisonText(compared.slice(0, 2))).toBe(
      [
        "scan               ROI  true mm/s  measured   error",
        "20250714_S31_0003    1      1.000         —   NaN %  two ROIs",
        "20250714_S31_0003    2      2.000     2.020  1.00 %  two ROIs",
      ].join("\n"),
    );
  });
});
