// Decodes BloscLZ, one of the compressors inside Blosc.

import { byteAt, copyMatch } from "./lz4-block.ts";

const NEAR_DISTANCE = 8191;

/**
 * Decodes a block of BloscLZ, Blosc's descendant of FastLZ, into exactly `sizeBytes`.
 *
 * | control byte | means |
 * |---|---|
 * | 0 to 31 | that many literals follow, plus one |
 * | top three bits | length of a match minus 2; if they are all set, further bytes are added to it |
 * | low five bits | high bits of the match's distance minus 1; distances from 8191 on follow in two bytes |
 *
 * @throws {Error} if the block is damaged or decodes to another size.
 */
export function decodeBloscLz(block: Uint8Array, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(sizeBytes);
  let from = 1;
  let to = 0;
  let control = byteAt(block, 0) & 31;
  for (;;) {
    if (control < 32) {
      const literals = control + 1;
      if (from + literals > block.length || to + literals > sizeBytes) {
        throw new Error("a BloscLZ block has more literals than bytes");
      }
      output.set(block.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    } else {
      let length = (control >>> 5) + 2;
      if (control >>> 5 === 7) {
        let byte: number;
        do {
          byte = byteAt(block, from);
          from += 1;
          length += byte;
        } while (byte === 255);
      }
      const low = byteAt(block, from);
      from += 1;
      let distance = ((control & 31) << 8) + low + 1;
      if (distance === NEAR_DISTANCE + 1) {
        distance += (byteAt(block, from) << 8) | byteAt(block, from + 1);
        from += 2;
      }
      to = copyMatch(output, to, distance, length);
    }
    if (from >= block.length) {
      break;
    }
    control = byteAt(block, from);
    from += 1;
  }
  if (to !== sizeBytes) {
    throw new Error(`a BloscLZ block decodes to ${to} bytes where ${sizeBytes} are expected`);
  }
  return output;
}
