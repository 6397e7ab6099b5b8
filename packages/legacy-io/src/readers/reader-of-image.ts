// Says which reader reads the pixels of a bundle.

import type { ReaderVersion } from "@kym/kym-schema";
import type { LegacyBundle } from "../folder/bundle.ts";
import { NGFF_READER } from "../ngff/ngff-reader.ts";
import { TIFF_READER } from "../tiff/tiff-reader.ts";

/** The reader's name and version, as they are stored with an image. */
export function readerOfImage({ image }: Pick<LegacyBundle, "image">): ReaderVersion {
  return image.zarr === undefined ? TIFF_READER : NGFF_READER;
}
