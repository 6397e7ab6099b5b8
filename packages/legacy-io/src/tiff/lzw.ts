import { LegacyIoError } from "../errors.ts";

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MAX_CODES = 4096;
const BYTES_PER_CHECK = 1 << 16;

/**
 * Decodes TIFF's LZW (TIFF 6.0 section 13: most significant bit first, codes of 9 to 12 bits that widen one code
 * early) into `target`, and returns how many bytes came out; more than fit is an error.
 * A string of the table is a piece of the output already written: entry `i` is the `lengths[i]` bytes that end
 * one byte after where the string before it was written.
 * Throws `invalid_file` for a code that the table does not have, `not_supported` for the LZW of before TIFF 5.0, whose
 * bits run the other way, and what `check` throws, which is called now and then.
 */
export function decodeLzw(bytes: Uint8Array, target: Uint8Array, check: () => void): number {
  if (bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1) {
    throw new LegacyIoError(
      "not_supported",
      "TIFF tag Compression: the LZW of before TIFF 5.0 is not supported",
      {
        tag: "Compression",
        found: 5,
      },
    );
  }
  const starts = new Int32Array(MAX_CODES);
  const lengths = new Int32Array(MAX_CODES);
  let free = FIRST_FREE;
  let width = 9;
  let buffer = 0;
  let bits = 0;
  let at = 0;
  let nextCheck = BYTES_PER_CHECK;
  let written = 0;
  let previousStart = -1;
  let previousLength = 0;
  while (true) {
    while (bits < width && at < bytes.length) {
      buffer = ((buffer << 8) | (bytes[at] ?? 0)) & 0xffffff;
      bits += 8;
      at++;
    }
    if (at >= nextCheck) {
      check();
      nextCheck = at + BYTES_PER_CHECK;
    }
    if (bits < width) {
      return written;
    }
    bits -= width;
    const code = (buffer >>> bits) & ((1 << width) - 1);
    if (code === END) {
      return written;
    }
    if (code === CLEAR) {
      free = FIRST_FREE;
      width = 9;
      previousStart = -1;
      continue;
    }
    const isNew = code === free && previousStart >= 0;
    const length = code < CLEAR ? 1 : isNew ? previousLength + 1 : (lengths[code] ?? 0);
    if (!isNew && code >= free) {
      throw new LegacyIoError("invalid_file", `damaged LZW data: code ${code} where the table has ${free}`, {
        expected: free,
        found: code,
      });
    }
    if (written + length > target.length) {
      throw new LegacyIoError("invalid_file", `LZW data decodes to more than its ${target.length} bytes`, {
        expected: target.length,
      });
    }
    const start = written;
    if (code < CLEAR) {
      target[written++] = code;
    } else {
      const from = isNew ? previousStart : (starts[code] ?? 0);
      for (let index = 0; index < length; index++) {
        target[written++] = target[from + index] ?? 0;
      }
    }
    if (previousStart >= 0 && free < MAX_CODES) {
      starts[free] = previousStart;
      lengths[free] = previousLength + 1;
      free++;
      if (free >= (1 << width) - 1 && width < 12) {
        width++;
      }
    }
    previousStart = start;
    previousLength = length;
  }
}
