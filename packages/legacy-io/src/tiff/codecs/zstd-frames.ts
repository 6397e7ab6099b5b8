// Finds the frames of zstd data, which may be several, without decoding them.

import { LegacyIoError } from "../../errors.ts";

/** One frame that holds data. */
export interface ZstdFrame {
  readonly bytes: Uint8Array;
  /** The most bytes that it can decode to, from the headers of its blocks. */
  readonly bound: number;
}

const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 1 << 17;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;
const CHECKSUM_BYTES = 4;
const BLOCKS_PER_CHECK = 1 << 14;

/**
 * Splits zstd data into its frames (RFC 8878, §3.1). Skippable frames are skipped. What follows the last frame
 * without being one is padding, and is left.
 * `check` is called now and then, and what it throws is passed on.
 * @throws {LegacyIoError} `invalid_file` for data that do not begin with a frame, and for a frame that is cut off
 */
export function zstdFrames(bytes: Uint8Array, check: () => void): readonly ZstdFrame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: ZstdFrame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const magic = at + 8 <= bytes.length ? view.getUint32(at, true) : 0;
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== ZSTD_MAGIC) {
      if (frames.length === 0) {
        throw damagedZstd("it is not a zstd frame");
      }
      break;
    }
    const { end, bound } = frameAt(view, at, check);
    frames.push({ bytes: at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), bound });
    at = end;
  }
  if (frames.length === 0) {
    throw damagedZstd("it has no zstd frame");
  }
  return frames;
}

function frameAt(
  view: DataView,
  start: number,
  check: () => void,
): { readonly end: number; readonly bound: number } {
  const descriptor = view.getUint8(start + 4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = start + 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  let bound = 0;
  let blocks = 0;
  for (let isLast = false; !isLast; ) {
    blocks++;
    if (blocks % BLOCKS_PER_CHECK === 0) {
      check();
    }
    if (at + 3 > view.byteLength) {
      throw damagedZstd("it is cut off");
    }
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type > COMPRESSED_BLOCK) {
      throw damagedZstd("it has a block of a reserved type");
    }
    isLast = (header & 1) === 1;
    at += 3 + (type === RLE_BLOCK ? 1 : size);
    bound += type === RAW_BLOCK || type === RLE_BLOCK ? size : MAX_BLOCK_BYTES;
  }
  const end = at + (hasChecksum ? CHECKSUM_BYTES : 0);
  if (end > view.byteLength) {
    throw damagedZstd("it is cut off");
  }
  return { end, bound };
}

export function damagedZstd(reason: string, cause?: unknown): LegacyIoError {
  return new LegacyIoError(
    "invalid_file",
    `damaged zstd data: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}
