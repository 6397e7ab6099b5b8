// Decides by hashes alone what a pull does with one image.

import {
  imagePartKey,
  imagePartOf,
  isDerivedKey,
  isPixelKey,
  PIXELS_NODE_KEY,
  ZARR_NODE_NAME,
} from "@kym/zarr-store/layout";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";

/** A file of an image, or an array with all its objects. */
export interface PulledPart {
  /** Its key below the image; of an array, that of its folder. */
  readonly key: string;
  /** The keys of its objects in either copy. */
  readonly keys: readonly string[];
  /** `take` what only the other copy changed; `merge` what both changed to different bytes. */
  readonly how: "take" | "merge";
}

/** What is done with an image. */
export type ImageDecision =
  | { readonly kind: "same" }
  /** The other copy added it. */
  | { readonly kind: "new" }
  /** The other copy deleted it, and here it is as it was. */
  | { readonly kind: "deleted" }
  /** It was deleted here, and changed in the other copy. */
  | { readonly kind: "gone" }
  /** The other copy deleted it, and here it was changed. */
  | { readonly kind: "kept" }
  /** Both have an image of this id with different pixels. */
  | { readonly kind: "other pixels" }
  /** The other copy took an image with other pixels for the one here. */
  | { readonly kind: "replaced" }
  | { readonly kind: "changed"; readonly parts: readonly PulledPart[] };

/**
 * Decides what a pull does with an image, from the hashes of its objects; undefined where it does not exist. Decides only.
 */
export function decideImage(
  base: ObjectHashes | undefined,
  ours: ObjectHashes | undefined,
  theirs: ObjectHashes | undefined,
): ImageDecision {
  if (theirs === undefined) {
    // Derived data are made by whoever needs them: they are nothing that a lab changed.
    const isGone = base !== undefined && ours !== undefined;
    return { kind: !isGone ? "same" : saidOf(ours) === saidOf(base) ? "deleted" : "kept" };
  }
  if (ours === undefined) {
    return { kind: base === undefined ? "new" : saidOf(theirs) === saidOf(base) ? "same" : "gone" };
  }
  if (ours === theirs) {
    return { kind: "same" };
  }
  const [our, their, was] = [ours, theirs, base ?? NONE].map((hashes) => saidOf(hashes, isChunk));
  if (their !== our && their !== was) {
    return { kind: "other pixels" };
  }
  const parts = partsOf([base ?? NONE, ours, theirs]).flatMap(({ key, keys }): readonly PulledPart[] => {
    const [before, here, there] = [base ?? NONE, ours, theirs].map((hashes) => said(hashes, keys));
    const isDone = there === here || there === before;
    return isDone ? [] : [{ key, keys, how: here === before ? "take" : "merge" }];
  });
  return parts.length === 0 ? { kind: "same" } : { kind: "changed", parts };
}

const NONE: ObjectHashes = new Map();

function isOfLab(key: string): boolean {
  return !isDerivedKey(key);
}

/** Whether two versions of an image have the same objects. */
export function isSameVersion(a: ObjectHashes | undefined, b: ObjectHashes | undefined): boolean {
  return a !== undefined && b !== undefined && saidOf(a) === saidOf(b);
}

/** Whether two versions of an image have the same pixels. */
export function hasSamePixels(a: ObjectHashes, b: ObjectHashes): boolean {
  return saidOf(a, isChunk) === saidOf(b, isChunk);
}

function isChunk(key: string): boolean {
  return isPixelKey(key) && key !== PIXELS_NODE_KEY;
}

/** Groups the objects of an image by the part that they belong to, sorted. Chunks of the pixels and derived data are left out. */
function partsOf(
  versions: readonly ObjectHashes[],
): readonly { readonly key: string; readonly keys: readonly string[] }[] {
  const keys = new Set(versions.flatMap((hashes) => [...hashes.keys()]));
  const wanted = [...keys].filter((key) => !isChunk(key) && isOfLab(key)).sort();
  const parts = Map.groupBy(wanted, (key) => partKeyOf(key));
  return [...parts].map(([key, own]) => ({ key, keys: own }));
}

function partKeyOf(key: string): string {
  const part = imagePartOf(key);
  return part?.kind === "array" ? imagePartKey(part) : key;
}

/** Whether a part is the node of a group that only holds arrays. */
export function isGroupNode(key: string): boolean {
  return key.endsWith(`/${ZARR_NODE_NAME}`) && key !== PIXELS_NODE_KEY;
}

function said(hashes: ObjectHashes, keys: readonly string[]): string {
  return keys.map((key) => hashes.get(key) ?? "").join(" ");
}

function saidOf(hashes: ObjectHashes, isWanted: (key: string) => boolean = isOfLab): string {
  return JSON.stringify([...hashes].filter(([key]) => isWanted(key)).sort());
}
