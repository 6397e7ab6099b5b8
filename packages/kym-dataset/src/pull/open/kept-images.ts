// The images of another copy that are kept beside the dataset, whole, until somebody settles what becomes of them.

import { type DatasetContents, type ReadOptions, type Runtime, ZarrStoreError } from "@kym/zarr-store";
import {
  imageObjectPath,
  KEPT_IMAGES,
  keptImageFolder,
  keptObjectPath,
  meaningOf,
  ZARR_NODE_NAME,
} from "@kym/zarr-store/layout";
import { KymDatasetError } from "../../errors.ts";
import type { ObjectHashes } from "../../indexer/artifact-ref.ts";

/** Which image is kept: its id, and the name of its folder. */
export interface KeptImage {
  readonly imageId: string;
  readonly name: string;
}

const NAME_DIGITS = 32;

/** The name of the folder that keeps an image says which objects it holds, so that the same version is kept once. */
export async function keptNameOf(hashes: ObjectHashes, { sha256 }: Pick<Runtime, "sha256">): Promise<string> {
  const text = JSON.stringify([...hashes].sort(([a], [b]) => (a < b ? -1 : 1)));
  return (await sha256(new TextEncoder().encode(text))).slice(0, NAME_DIGITS);
}

/** The object that is there as long as an image is kept. */
export function keptNode({ imageId, name }: KeptImage): string {
  return keptObjectPath(imageId, name, ZARR_NODE_NAME);
}

/** Keeps an image of another copy. One object is in memory at a time. */
export async function keepImage(
  transaction: DatasetContents,
  other: Pick<DatasetContents, "exact">,
  { imageId, name }: KeptImage,
  hashes: ObjectHashes,
  options: ReadOptions,
): Promise<void> {
  const place = (key: string): string => keptObjectPath(imageId, name, key);
  const [wanted, there] = [
    new Map([...hashes].map(([key, sha256]) => [place(key), sha256])),
    await transaction.exact.below(keptImageFolder(imageId, name)),
  ];
  const missing = new Map([...wanted].filter(([path, sha256]) => there.get(path) !== sha256));
  await transaction.exact.copy(other.exact, missing, {
    ...options,
    placeOf: (path) => imageObjectPath(imageId, keyOf(path)),
  });
}

/**
 * Brings an image that another copy keeps, as it keeps it.
 *
 * @returns the hashes of its objects
 * @throws {ZarrStoreError} `conflict` if the other copy does not keep it any more
 */
export async function bringKeptImage(
  transaction: DatasetContents,
  other: Pick<DatasetContents, "exact">,
  { imageId, name }: KeptImage,
  options: ReadOptions,
): Promise<ObjectHashes> {
  const folder = keptImageFolder(imageId, name);
  const hashes = await other.exact.below(folder);
  if (hashes.size === 0) {
    throw new ZarrStoreError("conflict", `${folder} of the other copy is gone by now`, { path: folder });
  }
  await transaction.exact.copy(other.exact, hashes, options);
  return new Map([...hashes].map(([path, sha256]) => [keyOf(path), sha256]));
}

/**
 * Makes a kept image an image of the dataset, in the place of one that has its id. What was kept stays.
 *
 * @throws {KymDatasetError} `not_found` if it is not kept
 */
export async function takeKeptImage(
  transaction: DatasetContents,
  { imageId, name }: KeptImage,
  options: ReadOptions,
): Promise<void> {
  const folder = keptImageFolder(imageId, name);
  const kept = await transaction.exact.below(folder);
  if (kept.size === 0) {
    throw new KymDatasetError("not_found", `${folder}, which kept the image ${imageId}, is gone`, {
      path: folder,
    });
  }
  const pathOf = (key: string): string => imageObjectPath(imageId, key);
  const wanted = new Map([...kept].map(([path, sha256]) => [pathOf(keyOf(path)), sha256]));
  const gone = [...(await transaction.record(imageId).objectHashes()).keys()]
    .map(pathOf)
    .filter((path) => !wanted.has(path));
  const change = new Map<string, string | null>([...wanted, ...gone.map((path) => [path, null] as const)]);
  const start = pathOf("");
  await transaction.exact.copy(transaction.exact, change, {
    ...options,
    placeOf: (path) => keptObjectPath(imageId, name, path.slice(start.length)),
  });
}

/** Deletes every kept image that nothing names any more. */
export async function dropKeptImages(
  transaction: DatasetContents,
  isNamed: (kept: KeptImage) => boolean,
  options: ReadOptions,
): Promise<void> {
  const doomed = [...(await transaction.exact.below(KEPT_IMAGES)).keys()].filter((path) => {
    const meaning = meaningOf(path);
    return meaning?.kind === "kept" && !isNamed({ imageId: meaning.keptId, name: meaning.version });
  });
  await transaction.exact.copy(transaction.exact, new Map(doomed.map((path) => [path, null])), options);
}

function keyOf(path: string): string {
  const meaning = meaningOf(path);
  return meaning?.kind === "kept" ? meaning.key : "";
}
