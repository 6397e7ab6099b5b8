// The codec Zstandard (RFC 8878), decoded by the runtime's implementation.

import type { BytesToBytesCodec, UsedCodec } from "./zarr-codec.ts";

export interface ZstdConfiguration {
  readonly level: number;
  readonly checksum: boolean;
}

/** @see https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/zstd */
export const zstdCodec: BytesToBytesCodec<ZstdConfiguration> = {
  name: "zstd",
  kind: "bytes-bytes",
  zarrFormats: [2, 3],
  members: ["level", "checksum"],
  parse: (configuration) => ({
    // numcodecs takes 0 if a `.zarray` has no level; so does zstd, which then takes its usual one.
    level: configuration.integer("level", -131072, 22, configuration.zarrFormat === 2 ? 0 : undefined),
    checksum: configuration.boolean("checksum", false),
  }),
  decode: (bytes, _, { zstd, maxBytes }) => zstd.decompress(bytes, maxBytes),
};

/** Whether a codec is zstd; narrows its type, so that its level can be read. */
export function isZstd(codec: UsedCodec): codec is UsedCodec & ZstdConfiguration {
  return codec.name === zstdCodec.name;
}
