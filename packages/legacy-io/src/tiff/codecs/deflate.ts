// The deflate compression: a zlib stream (RFC 1950), decoded by the platform's `DecompressionStream`.

import { inflate } from "@kym/zarr-store/bytes";
import type { TiffCodec } from "./tiff-codec.ts";

/** 32946 is an older code for the same data. */
export const deflateCodec: TiffCodec = {
  codes: [8, 32946],
  name: "deflate",
  // The longest match is 258 bytes and takes two bits.
  maxRatio: 1032,
  hasPredictor: true,
  decode: (bytes, maxBytes, check, { onMore }) =>
    inflate(bytes, { format: "zlib", maxBytes, likelyBytes: maxBytes, check, onMore }),
};
