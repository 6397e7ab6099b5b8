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
  decode: (bytes, maxBytes, check, { onMore }) => {
    const decoded = new Uint8Array(maxBytes);
    return decoded.subarray(0, decodePackBits(bytes, decoded, check, onMore));
  },
};

/**
 * Decodes PackBits (TIFF 6.0, §9) into `target` and returns how many bytes it wrote. `check` is called now and then, and what
 * it throws is passed on. Data that go on beyond `target` are left, and `onMore` is called.
 * @throws {LegacyIoError} `invalid_file` if the data is cut off
 */
export function decodePackBits(
  bytes: Uint8Array,
  target: Uint8Array,
  check: () => void,
  onMore: () => void = () => undefined,
): number {
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
    if (written === target.length) {
      onMore();
      return written;
    }
    const isRun = header > 128;
    const length = isRun ? 257 - header : header + 1;
    const kept = Math.min(length, target.length - written);
    const taken = isRun ? 1 : kept;
    if (at + taken > bytes.length) {
      throw new LegacyIoError("invalid_file", "PackBits data are cut off", {
        expected: target.length,
        found: written,
      });
    }
    if (isRun) {
      target.fill(bytes[at] ?? 0, written, written + kept);
    } else {
      target.set(bytes.subarray(at, at + kept), written);
    }
    at += taken;
    written += kept;
    if (kept < length) {
      onMore();
      return written;
    }
  }
  return written;
}

/** True for one byte left over at the end: some writers pad to an even length. */
function isPadding(bytes: Uint8Array, at: number, written: number, target: Uint8Array): boolean {
  return written === target.length && at === bytes.length - 1;
}
