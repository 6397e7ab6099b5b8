// The name and the version of the TIFF reader, which are stored with each image that it reads.

/**
 * The reader of TIFFs. The version is raised when a fault is mended that gave something wrong, or left something out, without an
 * error; with an entry in the table of known faults.
 *
 * | version | mended |
 * |---|---|
 * | 2 | the int16 of ImageJ, and tiles under the tags of strips |
 * | 3 | scales and axes that a TIFF states, and what ImageJ keeps in its own tags |
 * | 4 | scans of ScanImage and of Zeiss LSM: axes, times and start |
 */
export const TIFF_READER = { name: "tiff", version: 4 } as const;
