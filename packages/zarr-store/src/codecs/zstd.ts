// The Zstandard that a runtime provides, and the level that we use.

/** The default level of compression for chunks. */
export const ZSTD_LEVEL = 1;

/**
 * Zstandard: `nodeZstd` uses Node's zlib, `portableZstd` uses WebAssembly and runs everywhere. Both may return a view
 * of a larger buffer, but never of their input.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878
 */
export interface ZstdCodec {
  /** Writes one frame, which states the size of its content and has no checksum. */
  compress(bytes: Uint8Array, level: number): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /**
   * @param maxSizeBytes The expected size of the content. More is never allocated.
   * @throws {Error} if a frame is damaged or holds more than `maxSizeBytes`.
   */
  decompress(
    bytes: Uint8Array,
    maxSizeBytes: number,
  ): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /**
   * `decompress` without another thread, for a caller that would only wait for it. Absent where every decoder is asynchronous.
   */
  readonly decompressNow?: (bytes: Uint8Array, maxSizeBytes: number) => Uint8Array<ArrayBuffer>;
}
