// Writes a `RoiSet.zip` for ImageJ's ROI Manager.

import { isRoiError } from "../../errors.ts";
import type { PlaneSize } from "../../shapes/bounds.ts";
import type { Roi } from "../../shapes/roi.ts";
import type { ExportedRois, FailedRoi } from "../imported-rois.ts";
import { writeZip, type ZipFile } from "../zip/write-zip.ts";
import { keptSelection } from "./kept/kept-selection.ts";
import { roiToImageJ } from "./roi-to-imagej.ts";
import { writeImageJRoi } from "./write-imagej-roi.ts";

export interface WriteImageJRoisOptions {
  /** The image, at whose border ROIs may have been cut off when they were read. Default: they were not. */
  readonly size?: PlaneSize | undefined;
}

/** The most characters of a ROI's name in a file name, so that every file system accepts it. */
const LONGEST_NAME = 60;

/**
 * Returns a `RoiSet.zip` that ImageJ's ROI Manager opens, with one `.roi` file per ROI, in order.
 *
 * - An entry is named after its ROI, or `roi-` and the id if the ROI has no name.
 * - A name that is already in the zip gets `-1`, `-2`, ….
 * - Characters that file systems refuse become `_`; the ROI inside keeps its name.
 * - A ROI that came from ImageJ is written with the bytes that it came with, until its geometry, channel or slice is edited.
 *
 * A ROI that cannot be an ImageJ selection, such as a mask, is listed in `failed`.
 *
 * @throws {RoiError} `invalid_argument` for more than a 32-bit zip can hold
 * @example
 * const { file, failed } = writeImageJRois(set);
 * await writeFile("RoiSet.zip", file);
 */
export function writeImageJRois(
  rois: Iterable<Roi>,
  options: WriteImageJRoisOptions = {},
): ExportedRois<Uint8Array<ArrayBuffer>> {
  const files: ZipFile[] = [];
  const failed: FailedRoi[] = [];
  const taken = new Map<string, number>();
  for (const roi of rois) {
    try {
      const bytes = imageJBytesOf(roi, options.size);
      files.push({ name: entryName(roi, taken), bytes });
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      failed.push({ source: `ROI ${roi.id}`, error });
    }
  }
  return { file: writeZip(files), failed };
}

/**
 * Returns the `.roi` bytes of a ROI: those that it was read from, if it was not edited since, and otherwise new ones.
 *
 * @param size the image, at whose border a ROI may have been cut off when it was read
 * @throws {RoiError} as {@link roiToImageJ} and {@link writeImageJRoi} do
 */
export function imageJBytesOf(roi: Roi, size?: PlaneSize): Uint8Array<ArrayBuffer> {
  return keptSelection(roi, size) ?? writeImageJRoi(roiToImageJ(roi));
}

function entryName(roi: Roi, taken: Map<string, number>): string {
  const plain = roi.name.toWellFormed().replace(/[\p{Cc}/\\:*?"<>|]/gu, "_");
  const base = Array.from(plain).slice(0, LONGEST_NAME).join("") || `roi-${roi.id}`;
  const key = base.toLowerCase();
  let count = taken.get(key) ?? 0;
  let name = count === 0 ? base : `${base}-${count}`;
  while (count > 0 && taken.has(name.toLowerCase())) {
    count++;
    name = `${base}-${count}`;
  }
  taken.set(key, count + 1);
  taken.set(name.toLowerCase(), taken.get(name.toLowerCase()) ?? 1);
  return `${name}.roi`;
}
