import { isRoiError } from "../../errors.ts";
import type { Roi } from "../../shapes/roi.ts";
import type { ExportedRois, FailedRoi } from "../imported-rois.ts";
import { writeZip, type ZipFile } from "../zip/write-zip.ts";
import { roiToImageJ } from "./roi-to-imagej.ts";
import { writeImageJRoi } from "./write-imagej-roi.ts";

/** As much of a ROI's name as any file system takes in a file's. */
const LONGEST_NAME = 60;

/**
 * A `RoiSet.zip` that ImageJ's ROI Manager opens, with a `.roi` file of each ROI in their order. Entries are named
 * after the ROIs, `-1`, `-2`, … behind a name that was there before, and `roi-` and the id where there is no name;
 * characters that file systems do not take are `_`, while the ROI in the entry keeps its name as it is.
 *
 * A ROI that cannot be an ImageJ selection, such as a mask, is in `failed`. Throws `invalid_argument` for more than a
 * zip of 32 bits holds.
 */
export function writeImageJRois(rois: Iterable<Roi>): ExportedRois<Uint8Array<ArrayBuffer>> {
  const files: ZipFile[] = [];
  const failed: FailedRoi[] = [];
  const taken = new Map<string, number>();
  for (const roi of rois) {
    try {
      const bytes = writeImageJRoi(roiToImageJ(roi));
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
