// Packs bytes as gzip with the same header on every runtime.

/**
 * The header of every gzip member that we write: deflate, no flags, no time (bytes 4 to 7), no level (byte 8),
 * unknown system (byte 9).
 */
export const GZIP_HEADER: readonly number[] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/**
 * Packs bytes as gzip (RFC 1952). The header is the same on every runtime, so equal input gives equal output wherever
 * the same zlib runs.
 */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  // Byte 3, the flags, is kept: a flag announces more header fields, and no runtime sets one.
  packed.set(GZIP_HEADER.slice(4), 4);
  return packed;
}
