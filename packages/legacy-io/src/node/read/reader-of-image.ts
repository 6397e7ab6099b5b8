// The reader of an image's own files, as it is stored with the image.

import type { ReaderVersion } from "@kym/kym-schema";
import { TIFF_READER } from "../../tiff/tiff-reader.ts";
import type { SaidByTiff } from "./image-in-files.ts";

/** The format of a recording, or the reader of TIFFs. */
export function readerOfImage({ recording }: SaidByTiff): ReaderVersion {
  return recording === undefined
    ? TIFF_READER
    : { name: recording.facts.format, version: recording.facts.version };
}
