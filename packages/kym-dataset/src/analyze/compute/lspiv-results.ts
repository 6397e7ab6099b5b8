// The velocities of a ROI by a second method: the rows of `flow/lspiv`.

import { lspivVelocity } from "@kym/flow";
import { COLUMNS } from "@kym/kym-schema";
import type { AnalysisTask, ComputeOptions, KindResult } from "./analysis-task.ts";

/** Lines from one to the one that it is correlated with. */
export const LSPIV_SHIFT_LINES = 1;

/**
 * Computes the velocities of a task by correlation of lines, one row for each window of {@link velocityResults}.
 *
 * @throws the reason of `signal`
 */
export async function lspivResults(task: AnalysisTask, options: ComputeOptions): Promise<KindResult> {
  const { plane, windowLines, secondsPerLine, umPerPx, firstLine } = task;
  const trace = await lspivVelocity(plane, {
    ...{ windowLines, shiftLines: LSPIV_SHIFT_LINES, secondsPerLine, umPerPixel: umPerPx },
    ...options,
  });
  const line = Float64Array.from(trace.centreLine, (centre) => firstLine + centre);
  const unknown = { constant: null };
  return {
    kind: "lspiv",
    rowCount: trace.windowCount,
    columns: {
      [COLUMNS.time]: secondsPerLine === null ? unknown : line.map((centre) => centre * secondsPerLine),
      [COLUMNS.velocity]: trace.velocityMmPerS === null ? unknown : Float64Array.from(trace.velocityMmPerS),
      [COLUMNS.algorithm]: { constant: trace.algorithm },
      [COLUMNS.umPerPx]: { constant: umPerPx },
      [COLUMNS.secondsPerLine]: { constant: secondsPerLine },
      [COLUMNS.line]: line,
      [COLUMNS.shiftPxPerLine]: Float64Array.from(trace.pxPerLine),
      [COLUMNS.correlation]: Float64Array.from(trace.correlation),
    },
  };
}
