// Analyses the images of a dataset: plans all, computes what is not there, and commits batch by batch.

import { FLOW_SOFTWARE } from "@kym/kym-schema/flow";
import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import { runBounded, throwIfAborted, type WorkShard } from "@kym/zarr-store/runtime";
import { isKymDatasetError, KymDatasetError } from "../errors.ts";
import { NO_OBJECTS } from "../indexer/artifact-ref.ts";
import { hashTextOf } from "../indexer/sha256-hex.ts";
import { ownImages } from "../own-images.ts";
import { AnalysisProgress } from "./analysis-progress.ts";
import type { AnalysisEvent, AnalysisReport, ImageAnalysisReport } from "./analysis-report.ts";
import type { ComputeAnalysis } from "./compute/analysis-task.ts";
import { computeAnalysis } from "./compute/compute-analysis.ts";
import {
  type ComputedImage,
  type ComputeImageOptions,
  computeImage,
  type PlannedImage,
} from "./compute-image.ts";
import { type AnalysisRequest, type CheckedRequest, checkRequest } from "./plan/analysis-request.ts";
import { loadImageFacts } from "./plan/load-image-facts.ts";
import { isNothingToDo, planImage } from "./plan/plan-image.ts";
import { wantedParams } from "./plan/wanted-params.ts";
import { makeSlots } from "./slots.ts";
import { storeImages } from "./store-image.ts";

/** What to analyse, and how a run works. */
export interface AnalyzeImagesOptions extends AnalysisRequest, ReadOptions {
  /** Default: all images. */
  readonly imageIds?: readonly string[] | undefined;
  /**
   * Take only one of several parts of these images, so that several processes or machines divide them: those whose id has a SHA-256
   * of that part. Default: all of them.
   */
  readonly shard?: WorkShard | undefined;
  /** Plans and reports, but computes and writes nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Computes one ROI. Default: in this thread. `analysisPool` of `@kym/kym-dataset/node` has worker threads. */
  readonly compute?: ComputeAnalysis | undefined;
  /** How many ROIs are computed at once. Default 1, which is right for one thread. */
  readonly concurrency?: number | undefined;
  readonly onEvent?: ((event: AnalysisEvent) => void) | undefined;
}

/** Images planned at the same time. */
const PLANNED_AT_ONCE = 16;
/** A commit has as many images, or as many windows, or what 20 s gave, whichever is first. */
const BATCH = { images: 32, windows: 500_000, ms: 20_000 };

/**
 * Computes velocities, events, heart rates and diameters of every ROI, and stores them in artifacts of their own: those
 * that came with the lab's files stay as they are.
 *
 * - Only what is missing or was computed from something else is computed: another ROI, other pixels, another calibration,
 *   other parameters, another version. A second run does nothing.
 * - An image without a ROI gets one that covers the whole image, in the same commit.
 * - Images are committed in batches. After an abort or a crash, what was committed is whole, and the next run goes on.
 * - One bad image does not stop the others. The report names it.
 *
 * @example
 * const report = await analyzeImages(dataset, { kinds: ["velocity"], onEvent: console.log });
 * @throws {KymDatasetError} `invalid_argument`, `not_found` for an id without an image, `read_only`; `aborted`, after what
 * is whole was committed
 * @throws {ZarrStoreError} errors of committing
 */
export async function analyzeImages(
  dataset: ZarrDataset,
  options: AnalyzeImagesOptions = {},
): Promise<AnalysisReport> {
  const { dryRun = false, signal } = options;
  const request = checkRequest(options);
  if (dataset.mode === "r" && !dryRun) {
    throw new KymDatasetError("read_only", `${dataset.location} is opened read-only: use dryRun`, {
      path: dataset.location,
    });
  }
  throwIfAborted(signal, KymDatasetError);
  const reports = new Map<string, ImageAnalysisReport>();
  const planned = await planImages(dataset, request, options, reports);
  const commits = dryRun ? 0 : await computeAll(dataset, planned, request, options, reports);
  const images = [...reports.values()].sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
  return { images, commits };
}

/** Plans the images, and reports those for which nothing is to be done. */
async function planImages(
  dataset: ZarrDataset,
  request: CheckedRequest,
  { imageIds, shard, signal }: AnalyzeImagesOptions,
  reports: Map<string, ImageAnalysisReport>,
): Promise<readonly PlannedImage[]> {
  const hashes = await dataset.imageObjectHashes();
  const unknown = imageIds?.find((id) => !hashes.has(id));
  if (unknown !== undefined) {
    throw new KymDatasetError("not_found", `there is no image ${unknown}`, { path: unknown, found: unknown });
  }
  const wanted = wantedParams(request);
  const found = new Map<string, PlannedImage>();
  const isOwn = ownImages(shard, hashTextOf(dataset.runtime));
  const ids = [...new Set(imageIds ?? hashes.keys())].filter(isOwn);
  await runBounded(
    ids,
    async (imageId) => {
      throwIfAborted(signal, KymDatasetError);
      const record = dataset.record(imageId, { asOf: "last look" });
      try {
        const facts = await loadImageFacts(record, { signal });
        const plan = planImage(facts, wanted, request);
        const image = { imageId, seen: hashes.get(imageId) ?? NO_OBJECTS, facts, plan };
        reports.set(imageId, reportOf(image));
        if (!isNothingToDo(plan)) {
          found.set(imageId, image);
        }
      } catch (error) {
        throwIfAbort(error, signal);
        reports.set(imageId, failureOf(imageId, error));
      }
    },
    { concurrency: PLANNED_AT_ONCE },
  );
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Computes the images and commits them in batches. Returns the number of commits. */
async function computeAll(
  dataset: ZarrDataset,
  images: readonly PlannedImage[],
  request: CheckedRequest,
  options: AnalyzeImagesOptions,
  reports: Map<string, ImageAnalysisReport>,
): Promise<number> {
  const { signal, onEvent, compute = computeAnalysis, concurrency = 1 } = options;
  const progress = new AnalysisProgress(images, onEvent);
  const shared: Omit<ComputeImageOptions, "onProgress"> = {
    ...{ compute, signal, windowLines: request.windowLines },
    removeStaticColumns: request.removeStaticColumns,
    wanted: wantedParams(request),
    software: FLOW_SOFTWARE,
    whenFree: makeSlots(concurrency),
  };
  let [ready, commits]: [readonly ComputedImage[], number] = [[], 0];
  let lastCommit = dataset.runtime.monotonicMs();
  let committing: Promise<void> = Promise.resolve();
  const commit = (): Promise<void> => {
    const batch = ready;
    ready = [];
    lastCommit = dataset.runtime.monotonicMs();
    committing = committing.then(async () => {
      if (batch.length > 0) {
        commits += await commitBatch(dataset, batch, onEvent, reports);
      }
    });
    return committing;
  };
  const isFull = (): boolean =>
    ready.length >= BATCH.images ||
    ready.reduce((sum, { windows }) => sum + windows, 0) >= BATCH.windows ||
    dataset.runtime.monotonicMs() - lastCommit >= BATCH.ms;
  const analyze = async (image: PlannedImage): Promise<void> => {
    const { imageId } = image;
    try {
      const record = dataset.record(imageId, { asOf: "last look" });
      const onProgress: ComputeImageOptions["onProgress"] = (roi, share) => progress.tell(image, roi, share);
      const computed = await computeImage(record, image, { ...shared, onProgress });
      ready = [...ready, computed];
    } catch (error) {
      throwIfAbort(error, signal);
      reports.set(imageId, failureOf(imageId, error));
      progress.skip(image);
    }
    if (isFull()) {
      await commit();
    }
  };
  try {
    await runBounded(images, analyze, { concurrency });
  } catch (error) {
    // What is whole is kept, also after an abort.
    await commit();
    throw error;
  }
  await commit();
  return commits;
}

/** Commits a batch; if that fails for a reason of its content, each image by itself. Returns the number of commits. */
async function commitBatch(
  dataset: ZarrDataset,
  batch: readonly ComputedImage[],
  onEvent: AnalyzeImagesOptions["onEvent"],
  reports: Map<string, ImageAnalysisReport>,
): Promise<number> {
  let stored: Awaited<ReturnType<typeof storeImages>>;
  try {
    stored = await storeImages(dataset, batch);
  } catch (error) {
    const [only, ...others] = batch;
    if (only === undefined || isOfDataset(error)) {
      throw error;
    }
    if (others.length === 0) {
      reports.set(only.imageId, failureOf(only.imageId, error));
      return 0;
    }
    let commits = 0;
    for (const image of batch) {
      commits += await commitBatch(dataset, [image], onEvent, reports);
    }
    return commits;
  }
  const { version, committed, changedMeanwhile } = stored;
  for (const image of batch) {
    const report = { ...reportOf(image), windows: image.windows };
    const isChanged = changedMeanwhile.has(image.imageId);
    reports.set(image.imageId, isChanged ? { ...report, outcome: "changed_meanwhile" } : report);
  }
  const imageIds = batch.map(({ imageId }) => imageId).filter((id) => !changedMeanwhile.has(id));
  onEvent?.({ kind: "committed", version, imageIds });
  return committed ? 1 : 0;
}

function reportOf({ imageId, plan }: PlannedImage): ImageAnalysisReport {
  const { planned, newRoi, obsolete, leftOut, lacksCalibration, current } = plan;
  const isPossible = planned.length > 0 || current > 0;
  return {
    imageId,
    outcome: !isNothingToDo(plan) ? "analysed" : isPossible || leftOut.length === 0 ? "current" : "left_out",
    rois: planned.map(({ roi, channel, kinds }) => ({ roiId: roi.id, channel, kinds })),
    addedRoiId: planned.length > 0 ? newRoi?.id : undefined,
    removed: new Set([...obsolete.values()].flat()).size,
    leftOut,
    lacksCalibration,
    windows: 0,
  };
}

function failureOf(imageId: string, error: unknown): ImageAnalysisReport {
  return {
    ...{ imageId, outcome: "failed", rois: [], addedRoiId: undefined, removed: 0, leftOut: [] },
    ...{ lacksCalibration: false, windows: 0, error },
    message: error instanceof Error ? error.message : String(error),
  };
}

function throwIfAbort(error: unknown, signal: AbortSignal | undefined): void {
  throwIfAborted(signal, KymDatasetError);
  if (isKymDatasetError(error, "aborted") || isZarrStoreError(error, "aborted")) {
    throw error;
  }
}

/** Errors of a commit that another image would meet as well, such as a full disk. */
function isOfDataset(error: unknown): boolean {
  return isZarrStoreError(error, "aborted", "read_only", "conflict", "io", "not_supported");
}
