/** What goes into a decompressor of Node's piece by piece, and what comes out. */
import { LegacyIoError } from "../../errors.ts";

const PIECE_BYTES = 1 << 16;

/** Feeds a decompressor piece by piece, calling `check` before each. */
export function* piecesOf(bytes: Uint8Array, check: () => void): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    check();
    yield bytes.subarray(start, start + PIECE_BYTES);
  }
}

/**
 * Puts the chunks of a decompressor together, at most `maxBytes` in all, calling `check` before each.
 * Throws `invalid_file` for more.
 */
export async function collectChunks(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  check: () => void,
): Promise<Uint8Array> {
  const all = new Uint8Array(maxBytes);
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    check();
    if (chunk.byteLength > maxBytes - sizeBytes) {
      throw new LegacyIoError("invalid_file", `compressed data decodes to more than its ${maxBytes} bytes`, {
        expected: maxBytes,
      });
    }
    all.set(chunk, sizeBytes);
    sizeBytes += chunk.byteLength;
  }
  return all.subarray(0, sizeBytes);
}
