// Feeds a decompressor of Node piece by piece and collects its output, so that it can be stopped.

import type { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

const PIECE_BYTES = 1 << 16;

/** Ends a pipeline that has given all that is needed. */
class EnoughOutput extends Error {}

interface PiecesOptions {
  readonly maxBytes: number;
  /** Called before each piece and each chunk; an error that it throws ends the work. */
  readonly check: () => void;
  /** Called if the data go on beyond `maxBytes`: the rest is left. */
  readonly onMore: () => void;
}

/** Decompresses at most `maxBytes` bytes. Throws what the decompressor throws for damaged data. */
export async function decompressInPieces(
  bytes: Uint8Array,
  decompressor: Transform,
  { maxBytes, check, onMore }: PiecesOptions,
): Promise<Uint8Array> {
  const all = new Uint8Array(maxBytes);
  let sizeBytes = 0;
  try {
    await pipeline(
      piecesOf(bytes, check),
      decompressor,
      async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
        for await (const chunk of chunks) {
          check();
          const kept = chunk.subarray(0, maxBytes - sizeBytes);
          all.set(kept, sizeBytes);
          sizeBytes += kept.byteLength;
          if (kept.byteLength < chunk.byteLength) {
            throw new EnoughOutput();
          }
        }
      },
    );
  } catch (error) {
    if (!(error instanceof EnoughOutput)) {
      throw error;
    }
    onMore();
  }
  return all.subarray(0, sizeBytes);
}

/** Yields bytes in pieces of 64 KiB, and calls `check` before each. */
function* piecesOf(bytes: Uint8Array, check: () => void): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    check();
    yield bytes.subarray(start, start + PIECE_BYTES);
  }
}
