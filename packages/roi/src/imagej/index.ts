/**
 * Reads and writes ImageJ's files of ROIs, `.roi` and `.zip`.
 *
 * @module
 */

export type {
  ImageJBounds,
  ImageJIgnored,
  ImageJPoint,
  ImageJPosition,
  ImageJRoi,
  ImageJRoiType,
  ImageJSubtype,
} from "../exchange/imagej/imagej-roi.ts";
export { imageJKeptBytes } from "../exchange/imagej/kept/kept-selection.ts";
export { parseImageJRoi } from "../exchange/imagej/parse-imagej-roi.ts";
export {
  type ImageJRois,
  type ReadImageJRoisOptions,
  readImageJRois,
} from "../exchange/imagej/read-imagej-rois.ts";
export { type RoiOfImageJ, roiFromImageJ } from "../exchange/imagej/roi-from-imagej.ts";
export { roiToImageJ } from "../exchange/imagej/roi-to-imagej.ts";
export { type WritableImageJRoi, writeImageJRoi } from "../exchange/imagej/write-imagej-roi.ts";
export {
  imageJBytesOf,
  type WriteImageJRoisOptions,
  writeImageJRois,
} from "../exchange/imagej/write-imagej-rois.ts";
export type {
  ExportedRois,
  FailedRoi,
  IgnoredField,
  ImportedRoi,
  ImportedRois,
} from "../exchange/imported-rois.ts";
