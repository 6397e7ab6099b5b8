// Computes analyses in worker threads, each on a processor of its own.

import { WorkerPool } from "@kym/zarr-store/node";
import type { AnalysisTask, ComputeAnalysis, KindResult } from "../analyze/compute/analysis-task.ts";

/** What `analyzeImages` needs to run on several processors. Close it when it is no longer used. */
export interface AnalysisPool extends AsyncDisposable {
  readonly compute: ComputeAnalysis;
  readonly concurrency: number;
  close(): Promise<void>;
}

/**
 * Makes a pool of worker threads. A thread starts when a ROI needs it.
 *
 * @param threads at least 1
 * @example
 * await using pool = analysisPool(4);
 * await analyzeImages(dataset, { ...pool, kinds: ["velocity"] });
 * @throws {ZarrStoreError} `invalid_argument`
 */
export function analysisPool(threads: number): AnalysisPool {
  // From the sources of a clone, threads load TypeScript, as this thread does.
  const isSource = import.meta.url.endsWith(".ts");
  const pool = new WorkerPool<AnalysisTask, readonly KindResult[]>({
    module: new URL(isSource ? "./analysis-worker.ts" : "./analysis-worker.js", import.meta.url),
    size: threads,
    execArgv: isSource ? ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning"] : undefined,
  });
  const close = (): Promise<void> => pool.close();
  return {
    compute: (task, options) => pool.run(task, options),
    concurrency: threads,
    close,
    [Symbol.asyncDispose]: close,
  };
}
