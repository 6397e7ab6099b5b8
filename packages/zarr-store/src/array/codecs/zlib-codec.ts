// The codec zlib (RFC 1950), which only Zarr v2 has.

import { inflate } from "../../bytes/inflate.ts";
import type { BytesToBytesCodec } from "./zarr-codec.ts";

/** @see https://numcodecs.readthedocs.io/en/stable/compression/zlib.html */
export const zlibCodec: BytesToBytesCodec<{ readonly level: number }> = {
  name: "zlib",
  kind: "bytes-bytes",
  zarrFormats: [2],
  members: ["level"],
  // Java writes -1 for the usual level, and numcodecs takes 1 where no level stands.
  parse: (configuration) => ({ level: configuration.integer("level", -1, 9, 1) }),
  decode: (bytes, _, { maxBytes }) => inflate(bytes, { format: "zlib", maxBytes }),
};
