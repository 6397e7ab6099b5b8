// Analyses one image.

import type { ReadOptions, ZarrDataset } from "@kym/zarr-store";
import type { ImageAnalysisReport } from "./analysis-report.ts";
import { type AnalyzeImagesOptions, analyzeImages } from "./analyze-images.ts";

/** As {@link AnalyzeImagesOptions}, for the image that is named. */
export type AnalyzeImageOptions = Omit<AnalyzeImagesOptions, "imageIds"> & ReadOptions;

/**
 * Computes what is not there of one image and stores it in one commit, as {@link analyzeImages} does.
 *
 * @example
 * const { rois, windows } = await analyzeImage(dataset, "20250722_A89_0002", { windowLines: 32 });
 * @throws {KymDatasetError} `not_found`, and as {@link analyzeImages}
 * @throws what made the image fail
 */
export async function analyzeImage(
  dataset: ZarrDataset,
  imageId: string,
  options: AnalyzeImageOptions = {},
): Promise<ImageAnalysisReport> {
  const { images } = await analyzeImages(dataset, { ...options, imageIds: [imageId] });
  const [report] = images;
  if (report === undefined || report.outcome === "failed") {
    throw report?.error;
  }
  return report;
}
