// The width of a vessel in a ROI over time: the rows of `flow/diameter`.

import { DIAMETER_FLAGS, diameter } from "@kym/flow";
import { COLUMNS } from "@kym/kym-schema";
import type { AnalysisTask, ComputeOptions, KindResult } from "./analysis-task.ts";

/**
 * Measures the width of a task's vessel, one row a line. Times and columns count from the first of the image.
 *
 * @throws the reason of `signal`
 */
export async function diameterResults(
  { plane, firstLine, firstColumn, secondsPerLine, umPerPx }: AnalysisTask,
  { signal }: ComputeOptions,
): Promise<KindResult> {
  const trace = await diameter(plane, { secondsPerLine, umPerPixel: umPerPx, signal });
  const line = Float64Array.from(trace.centreLine, (centre) => firstLine + centre);
  const unknown = { constant: null };
  return {
    kind: "diameter",
    rowCount: trace.profileCount,
    columns: {
      [COLUMNS.time]: secondsPerLine === null ? unknown : line.map((centre) => centre * secondsPerLine),
      [COLUMNS.line]: line,
      [COLUMNS.diameterUm]: trace.diameterUm === null ? unknown : Float64Array.from(trace.diameterUm),
      [COLUMNS.diameterPx]: Float64Array.from(trace.diameterFilteredPx),
      left_px: Float64Array.from(trace.leftEdgePx, (edge) => firstColumn + edge),
      right_px: Float64Array.from(trace.rightEdgePx, (edge) => firstColumn + edge),
      peak: Float64Array.from(trace.peak),
      baseline: Float64Array.from(trace.baseline),
      qc_score: Float64Array.from(trace.qcScore),
      qc_flags: Array.from(trace.qcFlags, flagsOf),
    },
  };
}

/** The names of the bits, joined by commas. */
function flagsOf(bits: number): string {
  return DIAMETER_FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0).join(",");
}
