// Computes what is asked of one ROI. Reads and writes nothing, so that a worker thread can do it.

import { throwIfAborted } from "@kym/zarr-store/runtime";
import { KymDatasetError } from "../../errors.ts";
import type { AnalysisTask, ComputeOptions, KindResult } from "./analysis-task.ts";
import { diameterResults } from "./diameter-results.ts";
import { eventResults } from "./event-results.ts";
import { heartRateResults } from "./heart-rate-results.ts";
import { lspivResults } from "./lspiv-results.ts";
import { velocityResults } from "./velocity-results.ts";

/**
 * Computes the kinds of a task, in this thread. It lets other work run at least every 50 ms.
 *
 * @throws {KymDatasetError} `aborted`
 */
export async function computeAnalysis(
  task: AnalysisTask,
  options: ComputeOptions = {},
): Promise<readonly KindResult[]> {
  try {
    return await computeKinds(task, options);
  } catch (error) {
    throwIfAborted(options.signal, KymDatasetError);
    throw error;
  }
}

async function computeKinds(task: AnalysisTask, options: ComputeOptions): Promise<readonly KindResult[]> {
  const results: KindResult[] = [];
  let { velocity } = task;
  if (task.kinds.includes("velocity")) {
    const computed = await velocityResults(task, options);
    results.push(computed.result);
    velocity = computed.velocity;
  }
  if (task.kinds.includes("lspiv")) {
    results.push(await lspivResults(task, options));
  }
  if (task.kinds.includes("events") && velocity !== undefined) {
    results.push(await eventResults(task, velocity, options));
  }
  if (task.kinds.includes("heartRate") && velocity !== undefined) {
    results.push(await heartRateResults(velocity, options));
  }
  if (task.kinds.includes("diameter")) {
    results.push(await diameterResults(task, options));
  }
  return results;
}
