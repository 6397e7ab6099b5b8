import { joinKey, type StoreKey } from "../store/store-key.ts";

/** What the commit protocol knows of paths: which image an object belongs to, and which files are Zarr's own. */

/** The file of a Zarr group's or array's metadata. */
export const ZARR_NODE_NAME = "zarr.json";
export const IMAGES: StoreKey = joinKey("images");
export const TABLES: StoreKey = joinKey("tables");
/** The folder of an image's array artifacts. */
export const ARRAYS = "analysis_arrays";
/** The folder of a Zarr array's chunks and metadata. */
export const ARRAY_DATA = "data";

/** `images/<id>` for what lies below one, else `""`. */
export function groupOf(path: StoreKey): string {
  const [top, id, rest] = path.split("/", 3);
  return top === IMAGES && id !== undefined && rest !== undefined ? groupOfImage(id) : "";
}

export function groupOfImage(imageId: string): string {
  return `${IMAGES}/${imageId}`;
}

/** The image that a group of {@link groupOf} is of. */
export function imageOfGroup(group: string): string {
  return group.slice(IMAGES.length + 1);
}

/** The metadata of the Zarr group or array in a folder. */
export function zarrNode(folder: string): StoreKey {
  return joinKey(folder, ZARR_NODE_NAME);
}

export function isZarrNode(path: string): boolean {
  return path === ZARR_NODE_NAME || path.endsWith(`/${ZARR_NODE_NAME}`);
}

/** The record of an image is there as long as this object is. */
export function isRecordNode(path: StoreKey): boolean {
  const group = groupOf(path);
  return group !== "" && path.length === group.length + 1 + ZARR_NODE_NAME.length && isZarrNode(path);
}

/** Pixels, arrays and their metadata are not edited by hand: a difference is damage, unless it proves to be an addition. */
export function isOwnFormat(path: string): boolean {
  return isZarrNode(path) || path.includes(`/${ARRAY_DATA}/`) || path.includes(`/${ARRAYS}/`);
}
