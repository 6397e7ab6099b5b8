/** What a reader of TIFF refuses to go beyond, whatever a header claims. */
export interface TiffLimits {
  /** Bytes of the decoded image. Default 2 GiB. */
  readonly maxDecodedBytes: number;
  /**
   * Bytes of memory that reading takes beyond the size of the file: the decoded image, what is needed while it is
   * decoded, and headers. Default 256 MiB. An uncompressed image is no larger than its file, whatever its size.
   */
  readonly maxMemoryBytes: number;
  /** Milliseconds of work, waiting for the source and for others not counted. Default 2 000. */
  readonly maxDecodeMs: number;
  /** Pages (image file directories). Default 65 536. */
  readonly maxIfds: number;
  /** Entries of one directory. Default 1 024. */
  readonly maxEntries: number;
  /** Bytes of one text tag, such as the OME-XML of `ImageDescription`. Default 16 MiB. */
  readonly maxTextBytes: number;
}

/** What holds where a caller gives no limit. */
export const DEFAULT_TIFF_LIMITS: TiffLimits = {
  maxDecodedBytes: 2 ** 31,
  maxMemoryBytes: 2 ** 28,
  maxDecodeMs: 2000,
  maxIfds: 65_536,
  maxEntries: 1024,
  maxTextBytes: 2 ** 24,
};
