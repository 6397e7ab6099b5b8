import type { NewRoi } from "../edit/new-roi.ts";
import type { RoiError } from "../errors.ts";

/** Something that a file of another program says and that a ROI has no place for. */
export interface IgnoredField {
  /** Its name, such as `stroke_color`. */
  readonly what: string;
  readonly value: unknown;
}

/** One ROI of a file: give `draft` to `RoiSet.create`, which clips it to the image. */
export interface ImportedRoi {
  readonly draft: NewRoi;
  /** Where it stands in the file: an entry's name, a feature's path, or "" where the file is one ROI. */
  readonly source: string;
  /** What of it was not kept. Nothing else was left out. */
  readonly ignored: readonly IgnoredField[];
}

/** What could not be read or written, and why. */
export interface FailedRoi {
  readonly source: string;
  readonly error: RoiError;
}

/** What a file of ROIs came to. One that cannot be read does not stop the others. */
export interface ImportedRois {
  readonly rois: readonly ImportedRoi[];
  readonly failed: readonly FailedRoi[];
}

/** What ROIs came to as a file of another program. */
export interface ExportedRois<T> {
  readonly file: T;
  /** The ROIs that the file cannot hold; `source` is `ROI` and the id. */
  readonly failed: readonly FailedRoi[];
}
