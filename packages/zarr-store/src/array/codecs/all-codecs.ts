/** The codecs that are always read: each is one object in a file of this folder, and one line here. */
export { bloscCodec } from "./blosc-codec.ts";
export { crc32cCodec } from "./crc32c-codec.ts";
export { gzipCodec } from "./gzip-codec.ts";
export { lz4Codec } from "./lz4-codec.ts";
export { transposeCodec } from "./transpose-codec.ts";
export { zlibCodec } from "./zlib-codec.ts";
export { zstdCodec } from "./zstd-codec.ts";
