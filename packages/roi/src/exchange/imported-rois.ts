// The result of reading or writing a file of ROIs: what worked, what failed and what was ignored.

import type { NewRoi } from "../edit/new-roi.ts";
import type { RoiError } from "../errors.ts";

/** A field of another program's file for which a ROI has no place. */
export interface IgnoredField {
  /** Its name, such as `stroke_color`. */
  readonly what: string;
  readonly value: unknown;
}

/** One ROI of a file. Pass `draft` to `RoiSet.create`, which clips it to the image. */
export interface ImportedRoi {
  readonly draft: NewRoi;
  /** Its place in the file: the name of a zip entry, the path of a feature, or "" if the file holds one ROI. */
  readonly source: string;
  /** The fields that were not kept; everything else was. */
  readonly ignored: readonly IgnoredField[];
}

/** A ROI that could not be read or written, and why. */
export interface FailedRoi {
  readonly source: string;
  readonly error: RoiError;
}

/** The ROIs that were read from a file. One that cannot be read does not stop the others. */
export interface ImportedRois {
  readonly rois: readonly ImportedRoi[];
  readonly failed: readonly FailedRoi[];
}

/** ROIs that were written as a file of another program. */
export interface ExportedRois<T> {
  readonly file: T;
  /** The ROIs that the file cannot hold; `source` is `ROI` and the id. */
  readonly failed: readonly FailedRoi[];
}
