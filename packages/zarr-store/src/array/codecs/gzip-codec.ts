// The codec gzip (RFC 1952).

import { inflate } from "../../bytes/inflate.ts";
import type { BytesToBytesCodec } from "./zarr-codec.ts";

/** @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/gzip/index.html */
export const gzipCodec: BytesToBytesCodec<{ readonly level: number }> = {
  name: "gzip",
  kind: "bytes-bytes",
  zarrFormats: [2, 3],
  members: ["level"],
  // In a `.zarray`, Java writes -1 for the usual level, and numcodecs takes 1 where no level stands.
  parse: (configuration) => ({
    level:
      configuration.zarrFormat === 2
        ? configuration.integer("level", -1, 9, 1)
        : configuration.integer("level", 0, 9),
  }),
  decode: (bytes, _, { maxBytes }) => inflate(bytes, { format: "gzip", maxBytes }),
};
