// Zstandard compression with Node's zlib.

import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { ZstdCodec } from "../../codecs/zstd.ts";
import { ZarrStoreError } from "../../errors.ts";

const { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } = zlibWithZstd();

/**
 * The module zlib.
 *
 * @throws {ZarrStoreError} `not_supported` in an older Node, so that its import says what is needed.
 */
function zlibWithZstd(): typeof zlib {
  if (!("zstdCompress" in zlib)) {
    const { node } = process.versions;
    const message = `@kym/zarr-store/node needs Node 22.15 or newer, and this is ${node}`;
    throw new ZarrStoreError("not_supported", message, { expected: ">=22.15", found: node });
  }
  return zlib;
}

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
    return maxSizeBytes < POOL_FROM_BYTES
      ? zstdDecompressSync(bytes, decodingOptions(maxSizeBytes))
      : decompressInPool(bytes, decodingOptions(maxSizeBytes)).then(inOwnMemory);
  },
  decompressNow(bytes, maxSizeBytes) {
    return inOwnMemory(zstdDecompressSync(bytes, decodingOptions(maxSizeBytes)));
  },
};

function decodingOptions(maxSizeBytes: number): zlib.ZstdOptions {
  return {
    // One byte more than expected: zlib takes a full buffer for one that was too small, and allocates another.
    chunkSize: Math.max(maxSizeBytes + 1, MIN_CHUNK_BYTES),
    maxOutputLength: Math.max(maxSizeBytes, 1),
  };
}

/** Gives the byte back that was too many, so that the memory is the result's alone: a copy would take as long as a third of the decoding. */
function inOwnMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteOffset === 0 && buffer.byteLength === byteLength + 1
    ? new Uint8Array(buffer.transferToFixedLength(byteLength))
    : bytes;
}
