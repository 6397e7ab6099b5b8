// Decompresses one strip or tile.

import { LegacyIoError } from "../../errors.ts";
import type { TiffCodec, TiffSegment } from "../codecs/tiff-codec.ts";
import type { DecodeBudget } from "../header/decode-budget.ts";
import { neededRows, samplesPerTilePixel, storedRowBytes } from "../page/page-geometry.ts";
import { bitsAreUnknown } from "../page/settle-segments.ts";
import type { TiffPage } from "../page/tiff-page.ts";
import type { SegmentWindow } from "./segment-window.ts";
import { reverseBits } from "./unpack-samples.ts";

/** What decoding finds out about a file. */
export interface DecodedNotes {
  /** Strips and tiles whose data go on beyond their rows. */
  longSegments: number;
}

export interface DecodeTileOptions {
  readonly isLittleEndian: boolean;
  readonly budget: DecodeBudget;
  readonly notes: DecodedNotes;
}

/**
 * Fills `target` with the decompressed bytes of a tile, to which the predictor still applies. What is beyond its rows is not
 * looked at, but counted in `notes`.
 */
export async function decodeTile(
  segments: SegmentWindow,
  page: TiffPage,
  index: number,
  target: Uint8Array<ArrayBuffer>,
  { budget, notes, isLittleEndian }: DecodeTileOptions,
): Promise<void> {
  const byteCount = page.byteCounts[index] ?? 0;
  const isPlain = page.codec.name === "none";
  const sizeBytes = isPlain ? Math.min(byteCount, target.byteLength) : byteCount;
  const maxBytes = storedRowBytes(page) * page.tileHeight;
  budget.work(sizeBytes, target.byteLength);
  const reading = segments.read(index, sizeBytes);
  const read = reading instanceof Uint8Array ? reading : await reading;
  const bytes = page.isBitReversed ? reverseBits(read) : read;
  const segment: TiffSegment = {
    width: page.tileWidth,
    rows: neededRows(page, index),
    samplesPerPixel: samplesPerTilePixel(page),
    dtype: page.dtype,
    isLittleEndian,
    isYCbCr: page.isYCbCr,
    tables: page.tables,
    parameters: page.parameters,
    faxOptions: page.faxOptions,
    target,
    onMore: () => {
      if (page.format.areBitsAssumed === true) {
        throw bitsAreUnknown(page.format);
      }
      notes.longSegments++;
    },
  };
  const pending = decompress(page.codec, bytes, maxBytes, budget.check, segment);
  // Do not await bytes that are there already: other tasks would run, and their time would count as this file's.
  const decoded = pending instanceof Uint8Array ? pending : await pending;
  if (decoded.byteLength < target.byteLength) {
    const name = page.isTiled ? "tile" : "strip";
    throw new LegacyIoError(
      "invalid_file",
      `TIFF ${name} ${index} ends early: ${decoded.byteLength} of its ${target.byteLength} bytes`,
      { offset: page.offsets[index] ?? 0, expected: target.byteLength, found: decoded.byteLength },
    );
  }
  if (decoded.buffer !== target.buffer) {
    target.set(decoded.subarray(0, target.byteLength));
  }
}

/** Runs a codec. Its errors become `invalid_file`, except a `LegacyIoError`, which is passed on. */
function decompress(
  { name, decode }: TiffCodec,
  bytes: Uint8Array,
  maxBytes: number,
  check: () => void,
  segment: TiffSegment,
): Uint8Array | Promise<Uint8Array> {
  const damaged = (cause: unknown): LegacyIoError => {
    if (cause instanceof LegacyIoError) {
      return cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    const details = { expected: maxBytes, cause };
    return new LegacyIoError("invalid_file", `damaged ${name} data: ${reason}`, details);
  };
  const bounded = (decoded: Uint8Array): Uint8Array => {
    if (decoded.byteLength > maxBytes) {
      throw damaged(`${decoded.byteLength} bytes where at most ${maxBytes} are expected`);
    }
    return decoded;
  };
  try {
    const decoded = decode(bytes, maxBytes, check, segment);
    return decoded instanceof Uint8Array
      ? bounded(decoded)
      : decoded.then(bounded).catch((cause: unknown) => Promise.reject(damaged(cause)));
  } catch (cause) {
    throw damaged(cause);
  }
}
