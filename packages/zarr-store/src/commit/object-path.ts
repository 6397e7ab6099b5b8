// What the commit protocol knows about paths: which image an object belongs to, and which files are Zarr's own.

import { joinKey, type StoreKey } from "../store/store-key.ts";

/** The metadata file of a Zarr group or array. */
export const ZARR_NODE_NAME = "zarr.json";
export const IMAGES: StoreKey = joinKey("images");
export const TABLES: StoreKey = joinKey("tables");
/** The folder of an image's attachments; at the root, of the images that are kept beside the dataset. */
export const ATTACHMENTS: StoreKey = joinKey("attachments");
/** The folder of an image's artifacts that are files of their own: JSON and tables. */
export const ANALYSIS = "analysis";
/** The folder of an image's array artifacts. */
export const ARRAYS = "analysis_arrays";
/** The folder of a Zarr array's chunks and metadata. */
export const ARRAY_DATA = "data";

/** The ending of a pooled table's file, and of each part of a table that is a folder of parts. */
export const TABLE_ENDING = ".parquet";

/**
 * Returns `tables/<name>.parquet` for a path inside `tables/<name>/`, otherwise undefined. A table has one of these forms:
 * if both were there, nobody could tell which rows count.
 */
export function tableFileBeside(path: string): StoreKey | undefined {
  const [top, name, rest] = path.split("/", 3);
  return top === TABLES && name !== undefined && rest !== undefined
    ? joinKey(TABLES, name + TABLE_ENDING)
    : undefined;
}

/** Returns `images/<id>` for a path inside an image's folder, otherwise `""`. */
export function groupOf(path: StoreKey): string {
  const [top, id, rest] = path.split("/", 3);
  return top === IMAGES && id !== undefined && rest !== undefined ? groupOfImage(id) : "";
}

export function groupOfImage(imageId: string): string {
  return `${IMAGES}/${imageId}`;
}

/** Returns the image id of a group from {@link groupOf}. */
export function imageOfGroup(group: string): string {
  return group.slice(IMAGES.length + 1);
}

/**
 * Whether a commit keeps what it replaces or deletes at a path: the files that people and programs work on. Pixels, arrays,
 * attachments and pooled tables are not kept.
 */
export function isKeptPath(path: string): boolean {
  const [top, , part, name] = path.split("/", 4);
  return top === IMAGES && part === ANALYSIS && name !== undefined;
}

/** Returns the path of the metadata file of the Zarr group or array in a folder. */
export function zarrNode(folder: string): StoreKey {
  return joinKey(folder, ZARR_NODE_NAME);
}

export function isZarrNode(path: string): boolean {
  return path === ZARR_NODE_NAME || path.endsWith(`/${ZARR_NODE_NAME}`);
}

/** Whether a path is the node of an image's record. The record exists as long as this object does. */
export function isRecordNode(path: StoreKey): boolean {
  const group = groupOf(path);
  return group !== "" && path.length === group.length + 1 + ZARR_NODE_NAME.length && isZarrNode(path);
}

/**
 * Whether a path holds pixels, an array or their metadata, which people do not edit by hand. A difference there is
 * damage, unless it proves to be an addition.
 */
export function isOwnFormat(path: string): boolean {
  return isZarrNode(path) || path.includes(`/${ARRAY_DATA}/`) || path.includes(`/${ARRAYS}/`);
}
