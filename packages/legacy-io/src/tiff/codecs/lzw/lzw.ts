// The LZW compression, in TIFF's variant.

import type { TiffCodec } from "../tiff-codec.ts";
import { decodeLzw, isOldLzw } from "./plain-lzw.ts";
import { decodeLzwByWasm, fitsWasm } from "./wasm-lzw.ts";

export const lzwCodec: TiffCodec = {
  codes: [5],
  name: "lzw",
  // At best a 12-bit code stands for 3838 bytes; this is the average over a full table.
  maxRatio: 2560,
  hasPredictor: true,
  decode: (bytes, maxBytes, check, { onMore, target }) => {
    const decoded = target.byteLength === maxBytes ? target : new Uint8Array(maxBytes);
    const byWasm =
      isOldLzw(bytes) || !fitsWasm(bytes, decoded)
        ? undefined
        : decodeLzwByWasm(bytes, decoded, check, onMore);
    return decoded.subarray(0, byWasm ?? decodeLzw(bytes, decoded, check, onMore));
  },
};
