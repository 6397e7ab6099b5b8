/** What a reader of TIFF refuses to go beyond, whatever a header claims. */
export interface TiffLimits {
  /** Bytes of the decoded image. Default 2 GiB. */
  readonly maxDecodedBytes: number;
  /** Pages (image file directories). Default 65 536. */
  readonly maxIfds: number;
  /** Entries of one directory. Default 1 024. */
  readonly maxEntries: number;
  /** Bytes of one text tag, such as the OME-XML of `ImageDescription`. Default 16 MiB. */
  readonly maxTextBytes: number;
}

export const DEFAULT_TIFF_LIMITS: TiffLimits = {
  maxDecodedBytes: 2 ** 31,
  maxIfds: 65_536,
  maxEntries: 1024,
  maxTextBytes: 2 ** 24,
};
