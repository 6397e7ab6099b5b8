// The names of image files without what says which format they are in.

/** Endings of TIFFs and of microscopes' own files. In a file with several line scans, a `#` and the name of one follow. */
const ENDING = /\.(?:tiff?|lsm|czi|oir|oib|oif|lif|ptu|mesc)(?=#|$)/i;

/** `scan` for `scan.tif` and `scan.czi`, `scan#Series 2` for `scan.lif#Series 2`; other names as they are. */
export function withoutImageEnding(fileName: string): string {
  return fileName.replace(ENDING, "");
}
