// The zstd compression (RFC 8878), decoded by the geotiff package.

import { decodeZstdWithGeotiff } from "./geotiff-zstd.ts";
import type { TiffCodec } from "./tiff-codec.ts";

export const zstdCodec: TiffCodec = {
  codes: [50000],
  name: "zstd",
  // Four bytes can stand for a block of 128 KiB.
  maxRatio: 32768,
  hasPredictor: true,
  decode: (bytes, maxBytes, check, { onMore }) => decodeZstdWithGeotiff(bytes, maxBytes, onMore, check),
};
