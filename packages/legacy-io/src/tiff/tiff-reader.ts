// The name and the version of the TIFF reader, which are stored with each image that it reads.

/**
 * The reader of TIFFs. The version is raised when a fault is mended that gave wrong pixels without an error, with an entry in
 * the table of known faults.
 *
 * | version | mended |
 * |---|---|
 * | 2 | the int16 of ImageJ, and tiles under the tags of strips |
 */
export const TIFF_READER = { name: "tiff", version: 2 } as const;
