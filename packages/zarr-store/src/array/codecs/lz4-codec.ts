// The codec LZ4 as numcodecs writes it: the decoded size in four bytes, then a block.

import { decodeLz4Block } from "../../codecs/lz4-block.ts";
import type { BytesToBytesCodec } from "./zarr-codec.ts";

const SIZE_BYTES = 4;

/** @see https://numcodecs.readthedocs.io/en/stable/compression/lz4.html */
export const lz4Codec: BytesToBytesCodec<{ readonly acceleration: number }> = {
  name: "lz4",
  kind: "bytes-bytes",
  zarrFormats: [2],
  members: ["acceleration"],
  parse: (configuration) => ({
    acceleration: configuration.integer("acceleration", 0, Number.MAX_SAFE_INTEGER, 1),
  }),
  decode: (bytes, _, { maxBytes }) => {
    const sizeBytes =
      bytes.length < SIZE_BYTES
        ? -1
        : new DataView(bytes.buffer, bytes.byteOffset, SIZE_BYTES).getInt32(0, true);
    if (sizeBytes < 0 || sizeBytes > maxBytes) {
      throw new Error(`${sizeBytes} bytes decoded, where at most ${maxBytes} are expected`);
    }
    return decodeLz4Block(bytes.subarray(SIZE_BYTES), sizeBytes);
  },
};
