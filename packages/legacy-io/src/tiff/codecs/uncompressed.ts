// Compression 1: pixels stored without compression.

import type { TiffCodec } from "./tiff-codec.ts";

export const uncompressed: TiffCodec = {
  codes: [1],
  name: "none",
  maxRatio: 1,
  hasPredictor: false,
  decode: (bytes, maxBytes) => bytes.subarray(0, maxBytes),
};
