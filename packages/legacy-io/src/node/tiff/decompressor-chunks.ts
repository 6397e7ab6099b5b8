// Feeds a decompressor of Node piece by piece and collects its output, so that it can be stopped.

import { LegacyIoError } from "../../errors.ts";

const PIECE_BYTES = 1 << 16;

/** Yields bytes in pieces of 64 KiB, and calls `check` before each. */
export function* piecesOf(bytes: Uint8Array, check: () => void): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    check();
    yield bytes.subarray(start, start + PIECE_BYTES);
  }
}

/**
 * Joins the chunks of a decompressor, and calls `check` before each.
 *
 * @throws LegacyIoError `invalid_file` for more than `maxBytes` in all.
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
