// The file that holds the overviews of an image. Its name says which pixels they were made from.

import { derivedKey, isPixelKey, PIXELS_NODE_KEY } from "@kym/zarr-store/layout";

/** Where the overviews of an image lie among its derived data. */
export interface OverviewFile {
  /** Its name among the derived data. */
  readonly name: string;
  /** Its key below `images/<id>/`. */
  readonly key: string;
  /** One hash over all pixels: 64 hexadecimal digits. A change of the calibration does not change it. */
  readonly pixelsSha256: string;
}

const PREFIX = "overview-";
const SHOWN_DIGITS = 16;

/**
 * The file that the overviews of an image have, if they were made from the pixels that it has now.
 *
 * @param hashes of its objects, by their keys below `images/<id>/`
 * @param hashText gives the SHA-256 of a text as hexadecimal digits
 */
export function overviewFile(
  hashes: ReadonlyMap<string, string>,
  hashText: (text: string) => string,
): OverviewFile {
  const chunks = [...hashes].filter(([key]) => isPixelKey(key) && key !== PIXELS_NODE_KEY);
  const lines = chunks.map(([key, sha256]) => `${key} ${sha256}\n`).sort();
  const pixelsSha256 = hashText(lines.join(""));
  const name = `${PREFIX}${pixelsSha256.slice(0, SHOWN_DIGITS)}.json`;
  return { name, key: derivedKey(name), pixelsSha256 };
}

/** Whether derived data of this name are overviews, of whichever pixels. */
export function isOverviewName(name: string): boolean {
  return name.startsWith(PREFIX);
}
