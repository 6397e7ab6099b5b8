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

/** Node takes no smaller ones. */
const LEAST_CHUNK_BYTES = 64;

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
    decode: decompressor((bytes, sizes) => inflateSync(bytes, sizes), createInflate),
  },
  { ...zstdCodec, decode: decodeZstd },
  jpegCodec,
  lercCodec({ deflate: inflateSync, zstd: zstdDecompressSync }),
];

/** Lists a caller's codecs, then those of `node:zlib`; the first that fits is used. */
export function codecsBeforeNodes(own: readonly TiffCodec[] = []): readonly TiffCodec[] {
  return [...own, ...nodeTiffCodecs];
}

const decodeFrame = decompressor((bytes, sizes) => zstdDecompressSync(bytes, sizes), createZstdDecompress);

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

/** The most bytes that may come out, and the memory for them: in smaller pieces, Node takes longer and joins them. */
interface OutputSizes {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

function decompressor(
  decompress: (bytes: Uint8Array, sizes: OutputSizes) => Uint8Array,
  createStream: CreateStream,
): Decompress {
  return (bytes, maxBytes, check, { onMore, target }) => {
    const inPieces = (): Promise<Uint8Array> =>
      decompressInPieces(bytes, createStream(), { maxBytes, check, onMore });
    if (Math.max(bytes.byteLength, maxBytes) > MAX_SYNC_BYTES) {
      return inPieces();
    }
    try {
      // One byte more, so that the end is found without another piece.
      const chunkSize = Math.max(LEAST_CHUNK_BYTES, maxBytes + 1);
      const decoded = decompress(bytes, { maxOutputLength: maxBytes, chunkSize });
      const isAlone = decoded.buffer.byteLength === chunkSize && chunkSize >= FREED_FROM_BYTES;
      if (!isAlone || decoded.byteLength !== target.byteLength) {
        return decoded;
      }
      target.set(decoded);
      free(decoded);
      return target;
    } catch (error) {
      // The data go on beyond the rows: what is needed of them comes out in pieces.
      if (isTooLarge(error)) {
        return inPieces();
      }
      throw error;
    }
  };
}

/** Smaller memory is soon collected, and may be a part of Node's pool. */
const FREED_FROM_BYTES = 2 ** 14;

/** Gives memory back at once: a collector comes after some tens of MB of it, and looks at all that lives. */
function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) {
    buffer.transfer(0);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
