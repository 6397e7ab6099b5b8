/**
 * Packs bytes as gzip (RFC 1952) whose header names no time and no system, so that equal bytes in give equal
 * bytes out wherever the same zlib runs.
 */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  // Bytes 4 to 7 are the time of the file, 0 for none; byte 9 is the system, 255 for unknown.
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
}
