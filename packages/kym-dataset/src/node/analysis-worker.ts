// A worker thread of the pool of analyses.

import { serveTasks } from "@kym/zarr-store/node";
import { type AnalysisTask, buffersOf } from "../analyze/compute/analysis-task.ts";
import { computeAnalysis } from "../analyze/compute/compute-analysis.ts";

serveTasks(async (task: AnalysisTask, context) => {
  const result = await computeAnalysis(task, context);
  return { result, transfer: buffersOf(result) };
});
