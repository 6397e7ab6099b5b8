// Decodes zstd with the decoder of the geotiff package, for platforms without one of their own (browsers).

import { LegacyIoError } from "../../errors.ts";

const ZSTD = 50000;
const ZSTD_MAGIC = 0xfd2fb528;
const MAX_BLOCK_BYTES = 1 << 17;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;
const COMPRESSED_BLOCK = 2;
/** Allowance for the bound being too high: the header of a compressed block gives only its compressed size. */
const SLACK_BYTES = 1 << 20;

/**
 * Decompresses one zstd frame. geotiff's decoder cannot be stopped, so the frame's blocks are counted first: their number
 * limits what it can allocate.
 * @throws {LegacyIoError} `invalid_file` if the data is damaged, cut off, or decodes to more than `maxBytes`
 */
export async function decodeZstdWithGeotiff(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const bound = zstdSizeBound(bytes);
  if (bound > 2 * maxBytes + SLACK_BYTES) {
    throw damaged(`it can decode to ${bound} bytes, its rows have ${maxBytes}`);
  }
  const { getDecoder } = await import("geotiff");
  let decoded: Uint8Array;
  try {
    const decoder = await getDecoder(ZSTD, {
      tileWidth: 1,
      tileHeight: 1,
      predictor: 1,
      bitsPerSample: 8,
      planarConfiguration: 1,
    });
    decoded = new Uint8Array(await decoder.decode(new Uint8Array(bytes).buffer));
  } catch (cause) {
    throw damaged(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (decoded.byteLength > maxBytes) {
    throw damaged(`it decodes to ${decoded.byteLength} bytes, its rows have ${maxBytes}`);
  }
  return decoded;
}

/** The most bytes that a frame can decode to, from the headers of its blocks (RFC 8878, §3.1.1). */
function zstdSizeBound(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 9 || view.getUint32(0, true) !== ZSTD_MAGIC) {
    throw damaged("it is not a zstd frame");
  }
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  let bound = 0;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > view.byteLength) {
      throw damaged("it is cut off");
    }
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type > COMPRESSED_BLOCK) {
      throw damaged("it has a block of a reserved type");
    }
    isLast = (header & 1) === 1;
    at += 3 + (type === RLE_BLOCK ? 1 : size);
    bound += type === RAW_BLOCK || type === RLE_BLOCK ? size : MAX_BLOCK_BYTES;
  }
  if (at > view.byteLength) {
    throw damaged("it is cut off");
  }
  return bound;
}

function damaged(reason: string, cause?: unknown): LegacyIoError {
  return new LegacyIoError(
    "invalid_file",
    `damaged zstd data: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}
