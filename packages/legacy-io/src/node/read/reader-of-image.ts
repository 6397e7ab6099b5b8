// The reader of an image's own files, as it is stored with the image.

import type { ReaderVersion } from "@kym/kym-schema";
import { TIFF_READER } from "../../tiff/tiff-reader.ts";
import type { SaidByTiff } from "./image-in-files.ts";

/** The format of a recording, the reader that the file names, or that of TIFFs. */
export function readerOfImage({ recording, reader = TIFF_READER }: SaidByTiff): ReaderVersion {
  return recording === undefined
    ? reader
    : { name: recording.facts.format, version: recording.facts.version };
}
