// The built-in codecs: each is one object in a file of this folder, and one line of this list.

import { bloscCodec } from "./blosc-codec.ts";
import { crc32cCodec } from "./crc32c-codec.ts";
import { gzipCodec } from "./gzip-codec.ts";
import { lz4Codec } from "./lz4-codec.ts";
import { transposeCodec } from "./transpose-codec.ts";
import type { ZarrCodec } from "./zarr-codec.ts";
import { zlibCodec } from "./zlib-codec.ts";
import { zstdCodec } from "./zstd-codec.ts";

export const ALL_CODECS: readonly ZarrCodec[] = [
  bloscCodec,
  crc32cCodec,
  gzipCodec,
  lz4Codec,
  transposeCodec,
  zlibCodec,
  zstdCodec,
];
