/** DEFLATE in a zlib stream (RFC 1950), by the platform's `DecompressionStream`; 32946 is its old code. */
import { inflate } from "@kym/zarr-store/bytes";
import type { TiffCodec } from "./tiff-codec.ts";

export const deflateCodec: TiffCodec = {
  codes: [8, 32946],
  name: "deflate",
  // The longest match is of 258 bytes, and takes two bits.
  maxRatio: 1032,
  hasPredictor: true,
  decode: (bytes, maxBytes, check) =>
    inflate(bytes, { format: "zlib", maxBytes, likelyBytes: maxBytes, check }),
};
