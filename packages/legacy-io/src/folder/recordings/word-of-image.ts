// The word for the file or folder that an image is from, by its path.

import { recordingFormatOf } from "../../formats/all-recording-formats.ts";
import { scanOfPath } from "./scan-name.ts";

const TIFF = /\.(?:tiff?|lsm)$/i;

/** A TIFF, a microscope's own file, or the folder of a Zarr image. */
export function wordOfImage(path: string): "TIFF" | "recording" | "Zarr image" {
  if (scanOfPath(path) !== undefined || recordingFormatOf(path) !== undefined) {
    return "recording";
  }
  return TIFF.test(path) ? "TIFF" : "Zarr image";
}

/** How many images there are: `2 TIFFs`, or `3 images` if they are not all TIFFs. */
export function countOfImages(paths: readonly string[]): string {
  const word = paths.every((path) => wordOfImage(path) === "TIFF") ? "TIFF" : "image";
  return `${paths.length} ${word}${paths.length === 1 ? "" : "s"}`;
}
