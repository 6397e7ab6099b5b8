// One ROI in one channel as a worker thread gets it, and what comes back: plain data that can be copied between threads.

import type { FlowPlane } from "@kym/flow";
import type { CellValue } from "@kym/zarr-store";
import type { AnalysisKind } from "./analysis-kind.ts";

/** The pixels of one ROI in one channel, and what is to be computed of them. */
export interface AnalysisTask {
  /** Row by row: the ROI alone. */
  readonly plane: FlowPlane;
  /** Where the ROI begins in the image. */
  readonly firstLine: number;
  readonly firstColumn: number;
  /** The size of the whole image. */
  readonly imageLines: number;
  readonly imageColumns: number;
  /** Null if it is not known. */
  readonly secondsPerLine: number | null;
  /** Null if it is not known. */
  readonly umPerPx: number | null;
  readonly roiId: number;
  readonly channel: number;
  /** Events and heart rates need velocities among them, or {@link AnalysisTask.velocity}. */
  readonly kinds: readonly AnalysisKind[];
  readonly windowLines: number;
  /** Whether the mean of each column is subtracted before the Radon transform. */
  readonly removeStaticColumns: boolean;
  /** The velocities that were computed before, if they are to be used. */
  readonly velocity?: KnownVelocity | undefined;
}

/** A velocity trace: what events and heart rates are computed from. */
export interface KnownVelocity {
  readonly timeS: Float64Array<ArrayBuffer>;
  /** NaN is a window without a velocity. */
  readonly velocityMmPerS: Float64Array<ArrayBuffer>;
}

/** The values of a column: one number a row (NaN is NULL), one cell a row, or one value for all rows. */
export type ResultColumn =
  | Float64Array<ArrayBuffer>
  | readonly CellValue[]
  | { readonly constant: CellValue };

/** The rows of one kind for the ROI and channel of a task. */
export interface KindResult {
  readonly kind: AnalysisKind;
  readonly rowCount: number;
  /** By the name of the column in the kind's table. */
  readonly columns: Readonly<Record<string, ResultColumn>>;
}

/** Computes a task, in this thread or another. */
export type ComputeAnalysis = (
  task: AnalysisTask,
  options?: ComputeOptions,
) => Promise<readonly KindResult[]>;

export interface ComputeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The buffers of results, which can move to another thread. */
export function buffersOf(results: readonly KindResult[]): readonly ArrayBuffer[] {
  const columns = results.flatMap((result) => Object.values(result.columns));
  return [...new Set(columns.flatMap((data) => (data instanceof Float64Array ? [data.buffer] : [])))];
}
