// Decodes TIFF's LZW without WebAssembly, and the data of before TIFF 5.0.

import { LegacyIoError } from "../../../errors.ts";

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MAX_CODES = 4096;
const FIRST_WIDTH = 9;
const LAST_WIDTH = 12;
const BYTES_PER_CHECK = 1 << 16;

/**
 * Decodes TIFF's LZW into `target` and returns how many bytes it wrote. Codes are 9 to 12 bits wide, most significant bit
 * first, and grow one code early (TIFF 6.0, §13). Before TIFF 5.0 they came the least significant bit first and grew when the
 * table was full; such data begin with the code 256 in that order.
 *
 * The table holds no strings. Entry `i` is a piece of the output, `sizes[i]` bytes from `starts[i]` on: an earlier string and the
 * byte after it. `check` is called now and then, and what it throws is passed on. Data that go on beyond `target` are left,
 * and `onMore` is called.
 * @throws {LegacyIoError} `invalid_file` for a code that is not in the table
 */
export function decodeLzw(
  bytes: Uint8Array,
  target: Uint8Array,
  check: () => void,
  onMore: () => void = () => undefined,
): number {
  const isOld = isOldLzw(bytes);
  const early = isOld ? 0 : 1;
  const starts = new Int32Array(MAX_CODES);
  const sizes = new Int32Array(MAX_CODES);
  const end = bytes.length;
  const limit = target.length;
  let free = FIRST_FREE;
  let width = FIRST_WIDTH;
  /** The number of entries from which codes are one bit wider. */
  let widerFrom = (1 << FIRST_WIDTH) - early;
  let buffer = 0;
  let bits = 0;
  let at = 0;
  let nextCheck = BYTES_PER_CHECK;
  let written = 0;
  let previousStart = -1;
  while (true) {
    if (bits < width) {
      // At most 11 bits are left, so two more bytes fit; and they are enough for a code.
      if (at + 1 < end) {
        const [first, second] = [bytes[at] ?? 0, bytes[at + 1] ?? 0];
        buffer = isOld
          ? buffer | (first << bits) | (second << (bits + 8))
          : (buffer << 16) | (first << 8) | second;
        bits += 16;
        at += 2;
      } else if (at < end) {
        buffer = isOld ? buffer | ((bytes[at] ?? 0) << bits) : (buffer << 8) | (bytes[at] ?? 0);
        bits += 8;
        at++;
      }
      if (bits < width) {
        return written;
      }
      if (at >= nextCheck) {
        check();
        nextCheck = at + BYTES_PER_CHECK;
      }
    }
    bits -= width;
    const mask = (1 << width) - 1;
    const code = isOld ? buffer & mask : (buffer >>> bits) & mask;
    buffer = isOld ? buffer >>> width : buffer;
    if (code === END) {
      return written;
    }
    if (code === CLEAR) {
      free = FIRST_FREE;
      width = FIRST_WIDTH;
      widerFrom = (1 << FIRST_WIDTH) - early;
      previousStart = -1;
      continue;
    }
    if (written >= limit) {
      onMore();
      return written;
    }
    // The new entry is the previous string plus the first byte of this one. It may be this string, which is not yet written.
    if (previousStart >= 0 && free < MAX_CODES) {
      starts[free] = previousStart;
      sizes[free] = written + 1 - previousStart;
      free++;
      if (free >= widerFrom && width < LAST_WIDTH) {
        width++;
        widerFrom = (1 << width) - early;
      }
    }
    previousStart = written;
    if (code < CLEAR) {
      target[written++] = code;
      continue;
    }
    if (code >= free) {
      throw damagedLzw(code, free);
    }
    let from = starts[code] ?? 0;
    const stop = written + (sizes[code] ?? 0);
    if (stop > limit) {
      target.set(target.subarray(from, from + limit - written), written);
      onMore();
      return limit;
    }
    while (written < stop) {
      target[written++] = target[from++] ?? 0;
    }
  }
}

/** Whether the data are of before TIFF 5.0: they begin with the code 256, the least significant bit first. */
export function isOldLzw(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1;
}

export function damagedLzw(code: number, free: number): LegacyIoError {
  return new LegacyIoError("invalid_file", `damaged LZW data: code ${code} where the table has ${free}`, {
    expected: free,
    found: code,
  });
}
