// TIFF compressions decoded by `node:zlib`.

import { pipeline } from "node:stream/promises";
import { createInflate, createZstdDecompress, inflateSync, zstdDecompressSync } from "node:zlib";
import { deflateCodec } from "../../tiff/codecs/deflate.ts";
import type { Decompress, TiffCodec } from "../../tiff/codecs/tiff-codec.ts";
import { zstdCodec } from "../../tiff/codecs/zstd.ts";
import { collectChunks, piecesOf } from "./decompressor-chunks.ts";

/** Larger data are decompressed piece by piece, so that decompression can be stopped. */
const MAX_SYNC_BYTES = 2 ** 24;

type CreateStream = typeof createInflate | typeof createZstdDecompress;

/**
 * The decompressors of `node:zlib`, several times faster than those that run everywhere. They stop at the size that the
 * image can have, and at the time limit.
 *
 * @example
 * using source = openFileSource("scan.tif");
 * const { image } = await readTiff(source, { codecs: nodeTiffCodecs });
 */
export const nodeTiffCodecs: readonly TiffCodec[] = [
  {
    ...deflateCodec,
    decode: decompressor((bytes, maxOutputLength) => inflateSync(bytes, { maxOutputLength }), createInflate),
  },
  {
    ...zstdCodec,
    decode: decompressor(
      (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }),
      createZstdDecompress,
    ),
  },
];

/** Lists a caller's codecs, then those of `node:zlib`; the first that fits is used. */
export function codecsBeforeNodes(own: readonly TiffCodec[] = []): readonly TiffCodec[] {
  return [...own, ...nodeTiffCodecs];
}

function decompressor(
  decompress: (bytes: Uint8Array, maxBytes: number) => Uint8Array,
  createStream: CreateStream,
): Decompress {
  return (bytes, maxBytes, check) =>
    Math.max(bytes.byteLength, maxBytes) > MAX_SYNC_BYTES
      ? pipeline(piecesOf(bytes, check), createStream(), (chunks: AsyncIterable<Uint8Array>) =>
          collectChunks(chunks, maxBytes, check),
        )
      : decompress(bytes, maxBytes);
}
