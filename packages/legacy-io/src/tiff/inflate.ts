import { LegacyIoError } from "../errors.ts";

/**
 * Decompresses a zlib stream, to at most `maxBytes`: what is beyond is never allocated.
 * Throws `invalid_file` for damaged or truncated data and for more than `maxBytes`.
 */
export async function inflate(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const reader = new Blob([new Uint8Array(bytes)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      sizeBytes += next.value.byteLength;
      if (sizeBytes > maxBytes) {
        await reader.cancel();
        throw new LegacyIoError("invalid_file", `deflate data decodes to more than its ${maxBytes} bytes`, {
          expected: maxBytes,
        });
      }
      chunks.push(next.value);
    }
  } catch (cause) {
    if (cause instanceof LegacyIoError) {
      throw cause;
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LegacyIoError("invalid_file", `damaged deflate data: ${reason}`, { cause });
  }
  return concat(chunks, sizeBytes);
}

function concat(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const all = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return all;
}
