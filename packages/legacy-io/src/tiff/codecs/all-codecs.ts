/** The compressions that are always read: each is one object in a file of this folder, and one line here. */
export { deflateCodec } from "./deflate.ts";
export { lzwCodec } from "./lzw.ts";
export { packBitsCodec } from "./packbits.ts";
export { uncompressed } from "./uncompressed.ts";
export { zstdCodec } from "./zstd.ts";
