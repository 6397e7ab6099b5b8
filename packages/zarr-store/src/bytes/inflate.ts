/**
 * Undoes gzip (RFC 1952) or zlib (RFC 1950), stopping as soon as there is more than `maxSizeBytes`.
 *
 * @throws {Error} for a stream that is damaged, cut short, followed by other bytes, or too long.
 */
export async function inflate(
  bytes: Uint8Array,
  format: "gzip" | "zlib",
  maxSizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new Blob([new Uint8Array(bytes)]).stream();
  const reader = source
    .pipeThrough(new DecompressionStream(format === "zlib" ? "deflate" : "gzip"))
    .getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return concatenate(parts, size);
    }
    size += value.length;
    if (size > maxSizeBytes) {
      await reader.cancel();
      throw new Error(`more than ${maxSizeBytes} bytes`);
    }
    parts.push(value);
  }
}

function concatenate(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
