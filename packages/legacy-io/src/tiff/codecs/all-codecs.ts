// The list of built-in compressions. To add one, write a file in this folder and a line here.

import { ccittCodecs } from "./ccitt/ccitt.ts";
import { deflateCodec } from "./deflate.ts";
import { lzwCodec } from "./lzw/lzw.ts";
import { packBitsCodec } from "./packbits.ts";
import type { TiffCodec } from "./tiff-codec.ts";
import { uncompressed } from "./uncompressed.ts";
import { zstdCodec } from "./zstd.ts";

export const ALL_CODECS: readonly TiffCodec[] = [
  ...ccittCodecs,
  deflateCodec,
  lzwCodec,
  packBitsCodec,
  uncompressed,
  zstdCodec,
];
