// Decodes Blosc, the compression of many Zarr v2 arrays.

import { inflate } from "../bytes/inflate.ts";
import { decodeBloscLz } from "./blosclz.ts";
import { decodeLz4Block } from "./lz4-block.ts";
import { unshuffleBits, unshuffleBytes } from "./unshuffle.ts";
import type { ZstdCodec } from "./zstd.ts";

interface BloscFrame {
  readonly compressor: number;
  readonly isStored: boolean;
  readonly isByteShuffled: boolean;
  readonly isBitShuffled: boolean;
  readonly isSplit: boolean;
  readonly typeSize: number;
  readonly decodedBytes: number;
  readonly blockBytes: number;
}

const HEADER_BYTES = 16;
const FORMAT_VERSION = 2;
const MAX_SPLITS = 16;
const MIN_SPLIT_ELEMENTS = 128;

/**
 * Decodes a frame of Blosc 1 and checks it on the way. The decoder of zarrita trusts the frame: for a damaged one it
 * returns whatever was in its memory.
 *
 * @see https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst
 * @throws {Error} if the frame is damaged or cut short, decodes to more than `maxSizeBytes`, or is compressed with Snappy.
 */
export async function decodeBlosc(
  bytes: Uint8Array,
  maxSizeBytes: number,
  zstd: ZstdCodec,
): Promise<Uint8Array<ArrayBuffer>> {
  const frame = readHeader(bytes, maxSizeBytes);
  const decoded = new Uint8Array(frame.decodedBytes);
  if (frame.isStored) {
    decoded.set(body(bytes, HEADER_BYTES, frame.decodedBytes));
    return decoded;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i * frame.blockBytes < frame.decodedBytes; i += 1) {
    const start = i * frame.blockBytes;
    const sizeBytes = Math.min(frame.blockBytes, frame.decodedBytes - start);
    body(bytes, HEADER_BYTES + 4 * i, 4);
    const block = await decodeBlock(
      bytes,
      view.getUint32(HEADER_BYTES + 4 * i, true),
      sizeBytes,
      frame,
      zstd,
    );
    decoded.set(block, start);
  }
  return decoded;
}

function readHeader(bytes: Uint8Array, maxSizeBytes: number): BloscFrame {
  body(bytes, 0, HEADER_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(2);
  const decodedBytes = view.getUint32(4, true);
  const blockBytes = view.getUint32(8, true);
  const frameBytes = view.getUint32(12, true);
  if (view.getUint8(0) !== FORMAT_VERSION || view.getUint8(3) === 0) {
    throw new Error(`not a Blosc frame: version ${view.getUint8(0)}, type size ${view.getUint8(3)}`);
  }
  if (frameBytes !== bytes.length || decodedBytes > maxSizeBytes) {
    throw new Error(
      `a Blosc frame of ${frameBytes} bytes, decoded ${decodedBytes}; ` +
        `there are ${bytes.length}, and at most ${maxSizeBytes} are expected`,
    );
  }
  if (decodedBytes > 0 && (blockBytes === 0 || blockBytes > decodedBytes)) {
    throw new Error(`blocks of ${blockBytes} bytes in ${decodedBytes}`);
  }
  return {
    compressor: flags >>> 5,
    isStored: (flags & 2) !== 0,
    isByteShuffled: (flags & 1) !== 0,
    isBitShuffled: (flags & 4) !== 0,
    isSplit: (flags & 16) === 0,
    typeSize: view.getUint8(3),
    decodedBytes,
    blockBytes,
  };
}

/** Decodes a block: one stream, or one per byte of an element. Each stream begins with its size in bytes. */
async function decodeBlock(
  bytes: Uint8Array,
  start: number,
  sizeBytes: number,
  frame: BloscFrame,
  zstd: ZstdCodec,
): Promise<Uint8Array> {
  const { typeSize } = frame;
  const isWhole = sizeBytes === frame.blockBytes;
  const isSplit =
    frame.isSplit &&
    isWhole &&
    typeSize <= MAX_SPLITS &&
    Math.floor(sizeBytes / typeSize) >= MIN_SPLIT_ELEMENTS;
  const streams = isSplit ? typeSize : 1;
  const streamBytes = Math.floor(sizeBytes / streams);
  const block = new Uint8Array(sizeBytes);
  let offset = start;
  for (let i = 0; i < streams; i += 1) {
    const size = body(bytes, offset, 4);
    const storedBytes = new DataView(size.buffer, size.byteOffset, 4).getUint32(0, true);
    const stream = body(bytes, offset + 4, storedBytes);
    const decoded =
      storedBytes === streamBytes ? stream : await decodeStream(stream, streamBytes, frame, zstd);
    if (decoded.length !== streamBytes) {
      throw new Error(`a stream of ${decoded.length} bytes where ${streamBytes} are expected`);
    }
    block.set(decoded, i * streamBytes);
    offset += 4 + storedBytes;
  }
  if (frame.isByteShuffled && typeSize > 1) {
    return unshuffleBytes(block, typeSize);
  }
  return frame.isBitShuffled ? unshuffleBits(block, typeSize) : block;
}

function decodeStream(
  stream: Uint8Array,
  sizeBytes: number,
  { compressor }: BloscFrame,
  zstd: ZstdCodec,
): Uint8Array | Promise<Uint8Array> {
  switch (compressor) {
    case 0:
      return decodeBloscLz(stream, sizeBytes);
    case 1:
      return decodeLz4Block(stream, sizeBytes);
    case 3:
      return inflate(stream, { format: "zlib", maxBytes: sizeBytes });
    case 4:
      return zstd.decompress(stream, sizeBytes);
    default:
      throw new Error(`the Blosc compressor ${compressor} is not read`);
  }
}

/** @throws {Error} if the bytes lie beyond the end. */
function body(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > bytes.length) {
    throw new Error(`cannot read ${length} bytes at ${start}: there are ${bytes.length}`);
  }
  return bytes.subarray(start, start + length);
}
