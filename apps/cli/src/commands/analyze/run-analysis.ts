// Analyses images with a pool of threads and a progress bar.

import {
  type AnalysisEvent,
  type AnalysisReport,
  type AnalysisRequest,
  analyzeImages,
} from "@kym/kym-dataset";
import type { ZarrDataset } from "@kym/zarr-store";
import type { WorkShard } from "@kym/zarr-store/runtime";
import type { CommandContext } from "../../arguments/command.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { startProgress } from "../../terminal/progress.ts";

/** What to analyse, and with how many threads. */
export interface RunAnalysis {
  readonly request: AnalysisRequest;
  readonly imageIds?: readonly string[] | undefined;
  readonly shard?: WorkShard | undefined;
  readonly jobs: number;
  readonly dryRun: boolean;
  readonly names: ImageNames;
}

/** Analyses images. One job needs no thread beside that of the command. Throws the errors of `analyzeImages`. */
export async function runAnalysis(
  context: Pick<CommandContext, "terminal" | "progress" | "signal">,
  dataset: ZarrDataset,
  { request, imageIds, shard, jobs, dryRun, names }: RunAnalysis,
): Promise<AnalysisReport> {
  const progress = startProgress(context.terminal, "lines analysed:", context.progress);
  const options = {
    ...request,
    ...{ imageIds, shard, dryRun, signal: context.signal },
    onEvent: (event: AnalysisEvent): void => {
      if (event.kind === "progress") {
        progress.update(event.done, event.total, names.of(event.imageId));
      }
    },
  };
  try {
    if (dryRun || jobs === 1) {
      return await analyzeImages(dataset, options);
    }
    const { analysisPool } = await import("@kym/kym-dataset/node");
    await using pool = analysisPool(jobs);
    return await analyzeImages(dataset, { ...options, compute: pool.compute, concurrency: pool.concurrency });
  } finally {
    progress.end();
  }
}
