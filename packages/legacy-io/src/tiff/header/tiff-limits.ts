// The limits of the TIFF reader on sizes, memory and work.

/** Limits that hold whatever a file's header claims. docs/formats.md#limits-of-a-tiff says what happens beyond each. */
export interface TiffLimits {
  /** Bytes of the decoded image. Default 2 GiB. */
  readonly maxDecodedBytes: number;
  /**
   * Bytes of memory beyond the size of the file: for the decoded image, for decoding it, and for headers. Default 256 MiB.
   * An uncompressed image of any size fits, because it is not larger than its file.
   */
  readonly maxMemoryBytes: number;
  /**
   * Milliseconds of processor time of the thread that decodes, where the runtime tells it (Node from 22.20 and 24). It is the
   * limit of a file of up to 16 MiB, and grows in proportion for a larger one. Time that other programs take does not count.
   * Default 2 000.
   */
  readonly maxDecodeMs: number;
  /**
   * Bytes to decode beyond the decoded image and four times the file: more means that strips overlap. Default 2 GiB.
   */
  readonly maxWorkBytes: number;
  /** Milliseconds to wait for a source that gives nothing of up to 16 MiB that it is asked for. Default 60 000. */
  readonly maxWaitMs: number;
  /** Pages (image file directories). Default 65 536. */
  readonly maxIfds: number;
  /** Entries of one directory. Default 1 024. */
  readonly maxEntries: number;
  /** Bytes of one text tag, such as the OME-XML of `ImageDescription`. Default 16 MiB. */
  readonly maxTextBytes: number;
}

/** The limits that apply if a caller gives none. */
export const DEFAULT_TIFF_LIMITS: TiffLimits = {
  maxDecodedBytes: 2 ** 31,
  maxMemoryBytes: 2 ** 28,
  maxDecodeMs: 2000,
  maxWorkBytes: 2 ** 31,
  maxWaitMs: 60_000,
  maxIfds: 65_536,
  maxEntries: 1024,
  maxTextBytes: 2 ** 24,
};
