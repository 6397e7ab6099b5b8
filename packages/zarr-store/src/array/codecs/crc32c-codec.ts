// The codec crc32c: a checksum of four bytes after the bytes that it protects.

import { crc32c } from "../../bytes/crc32c.ts";
import type { BytesToBytesCodec } from "./zarr-codec.ts";

const CRC_BYTES = 4;

/** @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/crc32c/index.html */
export const crc32cCodec: BytesToBytesCodec = {
  name: "crc32c",
  kind: "bytes-bytes",
  zarrFormats: [3],
  members: [],
  parse: () => ({}),
  decode: (bytes) => {
    if (bytes.length < CRC_BYTES) {
      throw new Error(`${bytes.length} bytes are too few for a checksum`);
    }
    const body = bytes.subarray(0, bytes.length - CRC_BYTES);
    const expected = new DataView(bytes.buffer, bytes.byteOffset + body.length).getUint32(0, true);
    const found = crc32c(body);
    if (found !== expected) {
      throw new Error(`the checksum is ${found}, but ${expected} is stored`);
    }
    return body;
  },
};
