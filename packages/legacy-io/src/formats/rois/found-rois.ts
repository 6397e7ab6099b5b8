// The ROIs that a file of another program, or a TIFF, holds, before they are added to an image.

import { isRoiError, type NewRoi } from "@kym/roi";
import type { ImportedRois } from "@kym/roi/geojson";
import { printableName } from "./printable-name.ts";

/** A ROI as a file has it. Whether it lies in the image is not known yet. */
export interface FoundRoi {
  readonly draft: NewRoi;
  /** Its place in the file: an entry of a zip, a feature, `selection` or `overlay` of a TIFF; "" if the file holds one ROI. */
  readonly place: string;
}

export interface FoundRois {
  readonly rois: readonly FoundRoi[];
  /** Sentences: what could not be read, and why. */
  readonly problems: readonly string[];
}

/** The most ROIs that are taken from one file. */
export const MOST_ROIS = 10_000;

/** Takes the ROIs of a reader's result, and puts what failed into words. */
export function foundIn({ rois, failed }: ImportedRois): FoundRois {
  const problems = failed.map(({ source, error }) => `${printableName(source)}: ${error.message}`);
  const tooMany =
    rois.length > MOST_ROIS ? [`only the first ${MOST_ROIS} of ${rois.length} ROIs are taken`] : [];
  return {
    rois: rois.slice(0, MOST_ROIS).map(({ draft, source }) => ({ draft, place: source })),
    problems: [...tooMany, ...problems],
  };
}

/** Runs a reader of a whole file. A file that it refuses has no ROIs and one problem. */
export async function foundOrProblem(read: () => ImportedRois | Promise<ImportedRois>): Promise<FoundRois> {
  try {
    return foundIn(await read());
  } catch (error) {
    if (!isRoiError(error)) {
      throw error;
    }
    return { rois: [], problems: [error.message] };
  }
}
