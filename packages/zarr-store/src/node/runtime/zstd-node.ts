// Zstandard compression with Node's zlib.

import { promisify } from "node:util";
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from "node:zlib";
import type { ZstdCodec } from "../../codecs/zstd.ts";

const compressInPool = promisify(zstdCompress);
const decompressInPool = promisify(zstdDecompress);

/** From this size on, the thread pool is worth its overhead, and keeps the event loop free. */
const POOL_FROM_BYTES = 256 * 1024;
const MIN_CHUNK_BYTES = 64;

/** The Zstandard codec of Node's zlib. Small inputs are handled synchronously. */
export const nodeZstd: ZstdCodec = {
  compress(bytes, level) {
    const options = {
      chunkSize: bytes.length + (bytes.length >>> 8) + MIN_CHUNK_BYTES,
      pledgedSrcSize: bytes.length,
      params: { [constants.ZSTD_c_compressionLevel]: level },
    };
    return bytes.length < POOL_FROM_BYTES ? zstdCompressSync(bytes, options) : compressInPool(bytes, options);
  },
  decompress(bytes, maxSizeBytes) {
    const options = {
      // One byte more than expected: zlib takes a full buffer for one that was too small, and allocates another.
      chunkSize: Math.max(maxSizeBytes + 1, MIN_CHUNK_BYTES),
      maxOutputLength: Math.max(maxSizeBytes, 1),
    };
    return maxSizeBytes < POOL_FROM_BYTES
      ? zstdDecompressSync(bytes, options)
      : decompressInPool(bytes, options);
  },
};
