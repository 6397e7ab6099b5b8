/** Zstandard frames (RFC 8878), by the decoder that geotiff brings. */
import { decodeZstdWithGeotiff } from "./geotiff-zstd.ts";
import type { TiffCodec } from "./tiff-codec.ts";

export const zstdCodec: TiffCodec = {
  codes: [50000],
  name: "zstd",
  // A block of 128 KiB in four bytes.
  maxRatio: 32768,
  hasPredictor: true,
  decode: decodeZstdWithGeotiff,
};
