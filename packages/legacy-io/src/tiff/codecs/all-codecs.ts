/** The compressions that are always read: each is one object in a file of this folder, and one line of the list. */
import { deflateCodec } from "./deflate.ts";
import { lzwCodec } from "./lzw.ts";
import { packBitsCodec } from "./packbits.ts";
import type { TiffCodec } from "./tiff-codec.ts";
import { uncompressed } from "./uncompressed.ts";
import { zstdCodec } from "./zstd.ts";

export const ALL_CODECS: readonly TiffCodec[] = [
  deflateCodec,
  lzwCodec,
  packBitsCodec,
  uncompressed,
  zstdCodec,
];
