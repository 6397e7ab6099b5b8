// TIFF compressions decoded by `node:zlib`, and those whose decoders run only in Node.

import { createInflate, createZstdDecompress, inflateSync, zstdDecompressSync } from "node:zlib";
import { deflateCodec } from "../../tiff/codecs/deflate.ts";
import type { Decompress, TiffCodec, TiffSegment } from "../../tiff/codecs/tiff-codec.ts";
import { zstdCodec } from "../../tiff/codecs/zstd.ts";
import { type ZstdFrame, zstdFrames } from "../../tiff/codecs/zstd-frames.ts";
import { decompressInPieces } from "./decompress-in-pieces.ts";
import { jpegCodec } from "./jpeg-codec.ts";
import { lercCodec } from "./lerc-codec.ts";

/** Larger data are decompressed piece by piece, so that decompression can be stopped. */
const MAX_SYNC_BYTES = 2 ** 24;

type CreateStream = typeof createInflate | typeof createZstdDecompress;

/**
 * The decompressors of `node:zlib`, several times faster than those that run everywhere, and decoders of JPEG and LERC. They
 * stop at the size that the image can have, and at the time limit.
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
  { ...zstdCodec, decode: decodeZstd },
  jpegCodec,
  lercCodec({ deflate: inflateSync, zstd: zstdDecompressSync }),
];

/** Lists a caller's codecs, then those of `node:zlib`; the first that fits is used. */
export function codecsBeforeNodes(own: readonly TiffCodec[] = []): readonly TiffCodec[] {
  return [...own, ...nodeTiffCodecs];
}

const decodeFrame = decompressor(
  (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }),
  createZstdDecompress,
);

/** Decodes one frame at once, and several one after another: `node:zlib` may stop after the first. */
function decodeZstd(
  bytes: Uint8Array,
  maxBytes: number,
  check: () => void,
  segment: TiffSegment,
): Uint8Array | Promise<Uint8Array> {
  const [first, ...others] = zstdFrames(bytes, check);
  return first !== undefined && others.length === 0
    ? decodeFrame(first.bytes, maxBytes, check, segment)
    : decodeZstdFrames(first === undefined ? [] : [first, ...others], maxBytes, check, segment);
}

async function decodeZstdFrames(
  frames: readonly ZstdFrame[],
  maxBytes: number,
  check: () => void,
  segment: TiffSegment,
): Promise<Uint8Array> {
  const decoded = new Uint8Array(maxBytes);
  let sizeBytes = 0;
  for (const { bytes } of frames) {
    if (sizeBytes >= maxBytes) {
      segment.onMore();
      break;
    }
    const piece = await decodeFrame(bytes, maxBytes - sizeBytes, check, segment);
    decoded.set(piece, sizeBytes);
    sizeBytes += piece.byteLength;
  }
  return decoded.subarray(0, sizeBytes);
}

function decompressor(
  decompress: (bytes: Uint8Array, maxBytes: number) => Uint8Array,
  createStream: CreateStream,
): Decompress {
  return (bytes, maxBytes, check, { onMore }) => {
    const inPieces = (): Promise<Uint8Array> =>
      decompressInPieces(bytes, createStream(), { maxBytes, check, onMore });
    if (Math.max(bytes.byteLength, maxBytes) > MAX_SYNC_BYTES) {
      return inPieces();
    }
    try {
      return decompress(bytes, maxBytes);
    } catch (error) {
      // The data go on beyond the rows: what is needed of them comes out in pieces.
      if (isTooLarge(error)) {
        return inPieces();
      }
      throw error;
    }
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
