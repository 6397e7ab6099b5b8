// The PackBits compression: runs of one byte, and bytes copied unchanged.

import { LegacyIoError } from "../../errors.ts";
import type { TiffCodec } from "./tiff-codec.ts";

const BYTES_PER_CHECK = 1 << 16;

export const packBitsCodec: TiffCodec = {
  codes: [32773],
  name: "packbits",
  // Two bytes can stand for a run of 128.
  maxRatio: 64,
  hasPredictor: false,
  decode: (bytes, maxBytes, check) => {
    const decoded = new Uint8Array(maxBytes);
    return decoded.subarray(0, decodePackBits(bytes, decoded, check));
  },
};

/**
 * Decodes PackBits (TIFF 6.0, §9) into `target` and returns how many bytes it wrote. `check` is called now and then, and what
 * it throws is passed on.
 * @throws {LegacyIoError} `invalid_file` if the data is cut off or decodes to more than fits
 */
export function decodePackBits(bytes: Uint8Array, target: Uint8Array, check: () => void): number {
  let at = 0;
  let nextCheck = BYTES_PER_CHECK;
  let written = 0;
  while (at < bytes.length && !isPadding(bytes, at, written, target)) {
    if (at >= nextCheck) {
      check();
      nextCheck = at + BYTES_PER_CHECK;
    }
    const header = bytes[at] ?? 0;
    at++;
    if (header === 128) {
      continue;
    }
    const isRun = header > 128;
    const length = isRun ? 257 - header : header + 1;
    const taken = isRun ? 1 : length;
    if (at + taken > bytes.length || written + length > target.length) {
      const problem = at + taken > bytes.length ? "are cut off" : "decode to more than their rows hold";
      throw new LegacyIoError("invalid_file", `PackBits data ${problem}`, {
        expected: target.length,
        found: written,
      });
    }
    if (isRun) {
      target.fill(bytes[at] ?? 0, written, written + length);
    } else {
      target.set(bytes.subarray(at, at + length), written);
    }
    at += taken;
    written += length;
  }
  return written;
}

/** True for one byte left over at the end: some writers pad to an even length. */
function isPadding(bytes: Uint8Array, at: number, written: number, target: Uint8Array): boolean {
  return written === target.length && at === bytes.length - 1;
}
