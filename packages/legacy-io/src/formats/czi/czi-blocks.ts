// Reads and decompresses the pixels of single blocks of a Zeiss CZI file.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import { decodeZstdWithGeotiff } from "../../tiff/codecs/geotiff-zstd.ts";
import type { Unzstd } from "../recording-format.ts";
import { positionAt, SEGMENT_HEADER_BYTES, viewOf, zeroEndedText } from "./czi-file.ts";

const UNCOMPRESSED = 0;
const ZSTD0 = 5;
const ZSTD1 = 6;

const OTHER_COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [1, "JPEG"],
  [2, "LZW"],
  [4, "JPEG XR"],
]);

/** The name of a compression that is not read; undefined for one that is. */
export function refusedCompression(code: number): string | undefined {
  return code === UNCOMPRESSED || code === ZSTD0 || code === ZSTD1
    ? undefined
    : (OTHER_COMPRESSIONS.get(code) ?? `the compression ${code}`);
}

const LEAST_WINDOW = 4096;
const MOST_WINDOW = 2 ** 20;

/** Reads a file forward in growing windows: lines lie one after another, each with some hundred bytes around it. */
export class FileWindow {
  readonly #source: ByteSource;
  #offset = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #size = LEAST_WINDOW;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The bytes, if the window has them. */
  bytesNow(offset: number, length: number): Uint8Array | undefined {
    const at = offset - this.#offset;
    return at >= 0 && at + length <= this.#bytes.length ? this.#bytes.subarray(at, at + length) : undefined;
  }

  /** Makes the window begin at `offset`. Throws `invalid_file` for bytes that the file does not have. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = this.#offset + this.#bytes.length;
    const goesOn = offset >= this.#offset && offset - end < MOST_WINDOW;
    this.#size = goesOn ? Math.min(MOST_WINDOW, this.#size * 2) : LEAST_WINDOW;
    const wanted = Math.min(Math.max(length, this.#size), this.#source.sizeBytes - offset);
    this.#bytes = await this.#source.read(offset, Math.max(length, wanted));
    this.#offset = offset;
    return this.#bytes.subarray(0, length);
  }
}

/** Sizes of metadata, attachment and pixels, and the block's entry as in the directory. */
const HEAD_BYTES = SEGMENT_HEADER_BYTES + 48;
const LEAST_FIXED_BYTES = 256;
const ENTRY_BYTES = 32;
const DIMENSION_BYTES = 20;
const MAX_DIMENSIONS = 40;

/** Where the pixels of a block are in the file. */
export interface BlockData {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Finds the pixels of a block. `head` holds its first bytes. */
export function dataOfBlock(head: Uint8Array, at: number): BlockData {
  const id = zeroEndedText(head.subarray(0, 16));
  const view = viewOf(head);
  const from = SEGMENT_HEADER_BYTES;
  const metadataBytes = view.getInt32(from, true);
  const sizeBytes = positionAt(view, from + 8);
  const dimensions = view.getInt32(from + 16 + 28, true);
  const isEntry = dimensions >= 0 && dimensions <= MAX_DIMENSIONS && metadataBytes >= 0;
  if (id !== "ZISRAWSUBBLOCK" || !isEntry) {
    throw new LegacyIoError("invalid_file", `a CZI has no block of pixels at offset ${at}`, {
      offset: at,
      found: id,
    });
  }
  const fixed = Math.max(LEAST_FIXED_BYTES, 16 + ENTRY_BYTES + dimensions * DIMENSION_BYTES);
  return { offset: at + from + fixed + metadataBytes, sizeBytes };
}

/** How the pixels of a block are stored. */
export interface BlockForm {
  readonly compression: number;
  /** Bytes of its pixels. */
  readonly sizeBytes: number;
  readonly itemBytes: number;
}

/**
 * Reads the pixels of a block, as a view that holds until the next call.
 *
 * @throws LegacyIoError `invalid_file` for too few bytes or data that do not decompress
 */
export async function readBlock(
  window: FileWindow,
  at: number,
  { compression, sizeBytes, itemBytes }: BlockForm,
  unzstd: Unzstd = slowUnzstd,
): Promise<Uint8Array> {
  const head = window.bytesNow(at, HEAD_BYTES) ?? (await window.read(at, HEAD_BYTES));
  const data = dataOfBlock(head, at);
  const stored = compression === UNCOMPRESSED ? sizeBytes : data.sizeBytes;
  if (data.sizeBytes < stored || stored > mostStored(sizeBytes)) {
    throw wrongSize(at, sizeBytes, data.sizeBytes);
  }
  const bytes = window.bytesNow(data.offset, stored) ?? (await window.read(data.offset, stored));
  if (compression === UNCOMPRESSED) {
    return bytes;
  }
  const { payload, isSplit } = compression === ZSTD1 ? zstd1(bytes, at) : { payload: bytes, isSplit: false };
  const pixels = await decompress(unzstd, payload, sizeBytes, at);
  if (pixels.length !== sizeBytes) {
    throw wrongSize(at, sizeBytes, pixels.length);
  }
  return isSplit && itemBytes === 2 ? joined(pixels) : pixels;
}

/** No compressor makes data much larger. */
function mostStored(sizeBytes: number): number {
  return 2 * sizeBytes + 2 ** 16;
}

async function decompress(
  unzstd: Unzstd,
  payload: Uint8Array,
  sizeBytes: number,
  at: number,
): Promise<Uint8Array> {
  try {
    return await unzstd(payload, sizeBytes);
  } catch (cause) {
    throw new LegacyIoError(
      "invalid_file",
      `the block at offset ${at} of a CZI does not decompress as zstd`,
      {
        offset: at,
        cause,
      },
    );
  }
}

/** Before the data: how many bytes this head has, then one fact: whether low and high bytes are apart. */
function zstd1(bytes: Uint8Array, at: number): { readonly payload: Uint8Array; readonly isSplit: boolean } {
  const [size = 0, kind, flags = 0] = bytes;
  if (size === 1) {
    return { payload: bytes.subarray(1), isSplit: false };
  }
  if (size === 3 && kind === 1) {
    return { payload: bytes.subarray(3), isSplit: (flags & 1) === 1 };
  }
  throw new LegacyIoError(
    "not_supported",
    `a head of zstd of ${size} bytes in the block at offset ${at} of a CZI`,
    {
      offset: at,
      found: size,
    },
  );
}

/** Puts low and high bytes, which come one half after the other, beside each other. */
function joined(halves: Uint8Array): Uint8Array {
  const count = halves.length >> 1;
  const pixels = new Uint8Array(halves.length);
  for (let at = 0; at < count; at++) {
    pixels[2 * at] = halves[at] ?? 0;
    pixels[2 * at + 1] = halves[count + at] ?? 0;
  }
  return pixels;
}

function wrongSize(at: number, expected: number, found: number): LegacyIoError {
  return new LegacyIoError(
    "invalid_file",
    `the block at offset ${at} of a CZI has ${found} bytes of pixels, not ${expected}`,
    { offset: at, expected, found },
  );
}

const slowUnzstd: Unzstd = (bytes, maxBytes) => decodeZstdWithGeotiff(bytes, maxBytes);
