/** The level at which chunks are compressed where no other is asked for. */
export const ZSTD_LEVEL = 1;

/**
 * Zstandard, as a runtime lends it: `nodeZstd` by Node's zlib, `portableZstd` by WebAssembly everywhere.
 * Either may return a view into a larger buffer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878
 */
export interface ZstdCodec {
  /** One frame that states its content's size, without a checksum. */
  compress(bytes: Uint8Array, level: number): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /**
   * @param maxSizeBytes The size that is expected of the content. More is never made room for.
   * @throws {Error} for a damaged frame, or more than `maxSizeBytes`.
   */
  decompress(
    bytes: Uint8Array,
    maxSizeBytes: number,
  ): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
}
