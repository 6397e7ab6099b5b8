/** What every member begins with: deflate, no flags, no time (bytes 4 to 7), no level (8), a system that is unknown (9). */
export const GZIP_HEADER: readonly number[] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/**
 * Packs bytes as gzip (RFC 1952) whose header is the same on every runtime, so that equal bytes in give equal bytes out
 * wherever the same zlib runs.
 */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  // The flags are no runtime's to choose: fields would follow the header. None sets any.
  packed.set(GZIP_HEADER.slice(4), 4);
  return packed;
}
