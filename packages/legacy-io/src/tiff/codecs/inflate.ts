import { LegacyIoError } from "../../errors.ts";
import { collectChunks, piecesOf } from "./decompressor-chunks.ts";

/**
 * Decompresses a zlib stream, to at most `maxBytes`: what is beyond is never allocated.
 * Throws `invalid_file` for damaged or truncated data and for more than `maxBytes`, and what `check` throws, which is
 * called now and then.
 */
export async function inflate(bytes: Uint8Array, maxBytes: number, check: () => void): Promise<Uint8Array> {
  try {
    return await collectChunks(inflatedChunks(bytes, check), maxBytes, check);
  } catch (cause) {
    if (cause instanceof LegacyIoError) {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LegacyIoError("invalid_file", `damaged deflate data: ${reason}`, { cause });
  }
}

/** Not every browser iterates over a stream, or makes one of a generator. One that is left early is cancelled. */
async function* inflatedChunks(bytes: Uint8Array, check: () => void): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(bytes, check);
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      const piece = pieces.next();
      if (piece.done === true) {
        controller.close();
      } else {
        controller.enqueue(new Uint8Array(piece.value));
      }
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream("deflate")).getReader();
  let isDone = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield next.value;
    }
    isDone = true;
  } finally {
    if (!isDone) {
      await reader.cancel().catch(() => undefined);
    }
  }
}
