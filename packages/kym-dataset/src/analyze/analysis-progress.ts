// Adds up how much of a run is done, in lines of ROIs.

import type { AnalysisEvent } from "./analysis-report.ts";
import type { PlannedImage } from "./compute-image.ts";
import type { PlannedRoi } from "./plan/plan-image.ts";

/** The progress of one run. */
export class AnalysisProgress {
  readonly #total: number;
  readonly #onEvent: ((event: AnalysisEvent) => void) | undefined;
  /** Lines that are done, by ROI. */
  readonly #done = new Map<PlannedRoi, number>();
  #sum = 0;

  constructor(images: readonly PlannedImage[], onEvent: ((event: AnalysisEvent) => void) | undefined) {
    this.#total = images.flatMap(({ plan }) => plan.planned).reduce((sum, roi) => sum + linesOf(roi), 0);
    this.#onEvent = onEvent;
  }

  /** @param share how much of the ROI is done, from 0 to 1 */
  tell({ imageId }: PlannedImage, roi: PlannedRoi, share: number): void {
    const [before, done] = [this.#done.get(roi) ?? 0, Math.floor(linesOf(roi) * share)];
    if (done > before) {
      this.#done.set(roi, done);
      this.#sum += done - before;
      this.#onEvent?.({ kind: "progress", done: this.#sum, total: this.#total, imageId });
    }
  }

  /** Counts an image as done that failed. */
  skip(image: PlannedImage): void {
    for (const roi of image.plan.planned) {
      this.tell(image, roi, 1);
    }
  }
}

function linesOf({ bounds }: PlannedRoi): number {
  return bounds.dim0Stop - bounds.dim0Start;
}
