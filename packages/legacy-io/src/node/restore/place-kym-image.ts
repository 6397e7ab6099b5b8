// Adds an image of an export to a dataset, or what its export has that the dataset lacks.

import { loadMetadataText } from "@kym/kym-schema";
import type { DatasetContents } from "@kym/zarr-store";
import { imageObjectPath, isDerivedKey, isPixelKey, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { tryMerge } from "../update/try-merge.ts";
import { storeMetadata } from "../update/update-record.ts";
import { type MadeImage, METADATA_KEY, type RestoreKymOptions } from "./make-kym-image.ts";

/** What became of an image. */
export interface Placed {
  readonly list: "ingested" | "updated" | "unchanged" | "conflicts";
  readonly reason?: string;
}

/**
 * Adds the image to the dataset, or what its export has that the dataset lacks: by three versions, of which the exported one is the
 * base. Throws errors of the dataset.
 */
export async function placeImage(
  transaction: DatasetContents,
  made: MadeImage,
  { dryRun = false }: RestoreKymOptions,
): Promise<Placed> {
  const { manifest, hashes, edits } = made;
  const record = transaction.record(manifest.imageId);
  const copy = async (keys: ReadonlyMap<string, string | null>): Promise<void> => {
    if (!dryRun) {
      const paths = [...keys].map(
        ([key, sha256]) => [imageObjectPath(manifest.imageId, key), sha256] as const,
      );
      await transaction.exact.copy(made.made.exact, new Map(paths));
    }
  };
  if (!(await record.exists())) {
    await copy(hashes);
    return { list: "ingested" };
  }
  const ours = await record.objectHashes();
  const original = new Map(manifest.files.map(({ key, originalSha256 }) => [key, originalSha256]));
  const exported = new Map(Object.entries(manifest.objects));
  const isSame = (key: string, a: string | undefined, b: string | undefined): boolean =>
    a === b || (a !== undefined && b !== undefined && [a, b].every((one) => isOneOf(key, one)));
  const isOneOf = (key: string, sha256: string): boolean =>
    sha256 === exported.get(key) ||
    sha256 === original.get(key) ||
    manifest.files.some((file) => file.key === key && file.sha256 === sha256);
  const keys = new Set([...ours.keys(), ...hashes.keys(), ...exported.keys()]);
  // The attributes of an image that was changed are made of its pixels and metadata, which are compared themselves.
  const isApart = (key: string): boolean => isDerivedKey(key) || (key === ZARR_NODE_NAME && edits.length > 0);
  const differing = [...keys].filter((key) => !isApart(key) && !isSame(key, ours.get(key), hashes.get(key)));
  if (differing.length === 0) {
    return { list: "unchanged" };
  }
  const isOursAsExported = (key: string): boolean => isSame(key, ours.get(key), exported.get(key));
  const isTheirsAsExported = (key: string): boolean => isSame(key, hashes.get(key), exported.get(key));
  if (edits.length === 0) {
    return { list: "conflicts", reason: "the dataset has an image of this id with other content" };
  }
  const toTake = differing.filter(
    (key) => isOursAsExported(key) && key !== METADATA_KEY && key !== ZARR_NODE_NAME,
  );
  const both = differing.filter((key) => !isOursAsExported(key) && !isTheirsAsExported(key));
  const stays = both.filter((key) => key !== METADATA_KEY && key !== ZARR_NODE_NAME);
  if (stays.length > 0) {
    return {
      list: "conflicts",
      reason: `${stays.join(", ")} changed in the export and in the dataset since: the dataset's stays`,
    };
  }
  await copy(new Map(toTake.map((key) => [key, hashes.get(key) ?? null])));
  if (!dryRun && toTake.some(isPixelKey)) {
    const derived = [...new Set([...ours.keys(), ...hashes.keys()])].filter(isDerivedKey);
    await copy(new Map(derived.map((key) => [key, hashes.get(key) ?? null])));
    const { pixels_sha256: sha256 } = await made.made.record(manifest.imageId).attributes();
    await record.updateAttributes({ pixels_sha256: sha256 });
  }
  const conflicts = dryRun ? [] : await mergeMetadataOf(record, made);
  return conflicts.length === 0
    ? { list: "updated", reason: "changed in its export" }
    : {
        list: "conflicts",
        reason: `${conflicts.join(", ")} changed in the export and in the dataset since: the dataset's stays`,
      };
}

/** Merges the metadata of an export that was changed with those of the dataset. Returns the fields that stay. */
async function mergeMetadataOf(
  record: ReturnType<DatasetContents["record"]>,
  { made, manifest, base }: MadeImage,
): Promise<readonly string[]> {
  const theirs = await loadMetadataText(made.record(manifest.imageId));
  const ours = await loadMetadataText(record);
  if (theirs === undefined || ours === undefined) {
    return theirs === undefined ? [] : ["the metadata"];
  }
  const merge = tryMerge(base, ours, theirs);
  if (merge === undefined) {
    return ["the metadata"];
  }
  if (merge.merged !== ours) {
    await storeMetadata(record, merge.merged);
  }
  return merge.conflicts.map(({ field }) => field);
}
