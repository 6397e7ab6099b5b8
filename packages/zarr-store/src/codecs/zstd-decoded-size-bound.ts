// Bounds the size of Zstandard data before it is decoded, so that a small file cannot fill the memory.

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;

interface FrameHeader {
  readonly headerBytes: number;
  readonly contentSizeBytes: number | undefined;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
}

/**
 * Returns an upper bound, in bytes, of what Zstandard frames decode to. It reads only the headers of frames and blocks.
 * If a frame states the size of its content, that is the bound: every decoder enforces it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 * @throws {Error} if the bytes are not a whole number of frames.
 */
export function zstdDecodedSizeBound(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let bound = 0;
  let offset = 0;
  try {
    while (offset < view.byteLength) {
      const magic = view.getUint32(offset, true);
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
        offset += 8 + view.getUint32(offset + 4, true);
        continue;
      }
      if (magic !== FRAME_MAGIC) {
        throw new Error(`not a Zstandard frame at byte ${offset}`);
      }
      const frame = readFrameHeader(view, offset + 4);
      const blocks = readBlocks(
        view,
        offset + 4 + frame.headerBytes,
        Math.min(frame.windowBytes, MAX_BLOCK_BYTES),
      );
      bound += frame.contentSizeBytes ?? blocks.boundBytes;
      offset = blocks.end + (frame.hasChecksum ? 4 : 0);
    }
  } catch (cause) {
    throw cause instanceof RangeError ? new Error("a Zstandard frame is cut short", { cause }) : cause;
  }
  if (offset > view.byteLength) {
    throw new Error("a Zstandard frame is cut short");
  }
  return bound;
}

function readFrameHeader(view: DataView, offset: number): FrameHeader {
  const descriptor = view.getUint8(offset);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeOffset = offset + 1 + (isSingleSegment ? 0 : 1) + dictionaryIdBytes;
  const { contentSizeBytes, fieldBytes } = readContentSize(
    view,
    sizeOffset,
    descriptor >>> 6,
    isSingleSegment,
  );
  return {
    headerBytes: sizeOffset + fieldBytes - offset,
    contentSizeBytes,
    windowBytes: isSingleSegment ? MAX_BLOCK_BYTES : windowSize(view.getUint8(offset + 1)),
    hasChecksum: (descriptor & 4) !== 0,
  };
}

function readContentSize(
  view: DataView,
  offset: number,
  flag: number,
  isSingleSegment: boolean,
): { readonly contentSizeBytes: number | undefined; readonly fieldBytes: number } {
  switch (flag) {
    case 1:
      return { contentSizeBytes: view.getUint16(offset, true) + 256, fieldBytes: 2 };
    case 2:
      return { contentSizeBytes: view.getUint32(offset, true), fieldBytes: 4 };
    case 3:
      return { contentSizeBytes: Number(view.getBigUint64(offset, true)), fieldBytes: 8 };
    default:
      return isSingleSegment
        ? { contentSizeBytes: view.getUint8(offset), fieldBytes: 1 }
        : { contentSizeBytes: undefined, fieldBytes: 0 };
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readBlocks(
  view: DataView,
  start: number,
  maxBlockBytes: number,
): { readonly end: number; readonly boundBytes: number } {
  let offset = start;
  let boundBytes = 0;
  for (;;) {
    const header = view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    if (kind === 3) {
      throw new Error(`a Zstandard block of a reserved kind at byte ${offset}`);
    }
    offset += 3 + (kind === 1 ? 1 : size);
    boundBytes += kind === 2 ? maxBlockBytes : size;
    if ((header & 1) === 1) {
      return { end: offset, boundBytes };
    }
  }
}
