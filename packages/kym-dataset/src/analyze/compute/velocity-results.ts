// The velocities of a ROI: the rows of `flow/velocity`.

import { cleanVelocity, radonVelocity } from "@kym/flow";
import { COLUMNS } from "@kym/kym-schema";
import type { AnalysisTask, ComputeOptions, KindResult, KnownVelocity } from "./analysis-task.ts";

/** The rows, and the trace that other kinds are computed from; undefined without a calibration. */
export interface VelocityResults {
  readonly result: KindResult;
  readonly velocity: KnownVelocity | undefined;
}

/**
 * Computes the velocities of a task, one row a window. Times count from the first line of the image.
 *
 * @throws the reason of `signal`
 */
export async function velocityResults(task: AnalysisTask, options: ComputeOptions): Promise<VelocityResults> {
  const { plane, windowLines, removeStaticColumns, secondsPerLine, umPerPx, firstLine } = task;
  const trace = await radonVelocity(plane, {
    windowLines,
    removeStaticColumns,
    secondsPerLine,
    umPerPixel: umPerPx,
    ...options,
  });
  const { thetaDeg, pxPerLine, margin, peakRatio, spread, windowCount } = trace;
  const line = Float64Array.from(trace.centreLine, (centre) => firstLine + centre);
  const timeS = secondsPerLine === null ? undefined : line.map((centre) => centre * secondsPerLine);
  const velocityMmPerS = trace.velocityMmPerS === null ? undefined : Float64Array.from(trace.velocityMmPerS);
  const clean =
    velocityMmPerS &&
    (await cleanVelocity({
      ...{ velocityMmPerS, thetaDeg, secondsPerLine, umPerPixel: umPerPx, version: "lab" },
      signal: options.signal,
    }));
  const unknown = { constant: null };
  return {
    velocity: timeS === undefined || velocityMmPerS === undefined ? undefined : { timeS, velocityMmPerS },
    result: {
      kind: "velocity",
      rowCount: windowCount,
      columns: {
        [COLUMNS.time]: timeS ?? unknown,
        [COLUMNS.velocity]: velocityMmPerS ?? unknown,
        [COLUMNS.algorithm]: { constant: trace.algorithm },
        [COLUMNS.umPerPx]: { constant: umPerPx },
        [COLUMNS.secondsPerLine]: { constant: secondsPerLine },
        [COLUMNS.nLines]: { constant: BigInt(task.imageLines) },
        [COLUMNS.pxPerLine]: { constant: BigInt(task.imageColumns) },
        [COLUMNS.cleanVelocity]: clean === undefined ? unknown : Float64Array.from(clean),
        [COLUMNS.absVelocity]: clean === undefined ? unknown : Float64Array.from(clean, Math.abs),
        [COLUMNS.line]: line,
        [COLUMNS.thetaDeg]: Float64Array.from(thetaDeg),
        [COLUMNS.shiftPxPerLine]: Float64Array.from(pxPerLine),
        [COLUMNS.margin]: Float64Array.from(margin),
        [COLUMNS.peakRatio]: Float64Array.from(peakRatio),
        [COLUMNS.spread]: Float64Array.from(spread),
      },
    },
  };
}
