// Copies one image from dataset to dataset for `migrate`, and compares the copy with the original.

import { loadMetadataText, planeScales, summarizeMetadata } from "@kym/kym-schema";
import { PROVENANCE_KEYS } from "@kym/kym-schema/keys";
import type { DatasetContents, NdArray, ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { isDerivedKey } from "@kym/zarr-store/layout";
import { overviewsOfArray, saveOverviews } from "../image/overview-of-image.ts";
import { loadSourceName } from "../load-source-name.ts";

/** Copies one image with its attributes, artifacts and attachments. Throws the errors of reading and writing. */
export async function copyImage(
  source: ZarrDataset,
  target: DatasetContents,
  imageId: string,
  options: ReadOptions,
): Promise<void> {
  const from = source.record(imageId);
  const axes = await from.getAxes(options);
  const { summary: _made, ...attributes } = await from.attributes(options);
  const pixels = await from.loadArray(options);
  const metadataText = (await loadMetadataText(from, { ...options, ifUnreadable: "none" })) ?? "";
  const sourceName = await loadSourceName(from, options);
  const to = await target.addImage(pixels, {
    id: imageId,
    ...(axes && { axes }),
    scales: planeScales(metadataText, pixels.shape.length),
    attributes: {
      ...(sourceName !== undefined && { [PROVENANCE_KEYS.sourceName]: sourceName }),
      ...attributes,
    },
    summary: summarizeMetadata(metadataText),
    ...options,
  });
  await saveOverviews(to, overviewsOfArray(pixels, axes ?? []), options);
  for (const key of fileKeys(await from.objectHashes())) {
    await to.files.save(key, await from.files.load(key, options), options);
  }
  for (const name of await from.listArrayArtifacts()) {
    const { dimensionNames, attributes: ownAttributes } = await from.arrays.open(name, options);
    await to.saveArrayArtifact(name, await from.loadArrayArtifact(name, options), {
      ...(isNamed(dimensionNames) && { axes: dimensionNames }),
      ...(ownAttributes && { attributes: ownAttributes }),
      ...options,
    });
  }
}

/**
 * Describes the first difference between an image and its copy. Files are compared by hash, arrays byte by byte.
 * Anything that only the target has is ignored.
 *
 * @returns undefined if they are equal
 */
export async function imageDifference(
  source: ZarrDataset,
  target: ZarrDataset,
  imageId: string,
  options: ReadOptions,
): Promise<string | undefined> {
  const [from, to] = [source.record(imageId), target.record(imageId)];
  const [wanted, found] = [await from.objectHashes(), await to.objectHashes()];
  const key = fileKeys(wanted).find((candidate) => wanted.get(candidate) !== found.get(candidate));
  if (key !== undefined) {
    return found.has(key) ? `${key} has different bytes` : `${key} is missing`;
  }
  if (!isSameArray(await from.loadArray(options), await to.loadArray(options))) {
    return "the pixels are different";
  }
  const axes = await from.getAxes(options);
  if (axes !== undefined && axes.join() !== (await to.getAxes(options))?.join()) {
    return "the axes are different";
  }
  const arrays = new Set(await to.listArrayArtifacts());
  for (const name of await from.listArrayArtifacts()) {
    if (!arrays.has(name)) {
      return `the array ${name} is missing`;
    }
    const pair = [
      await from.loadArrayArtifact(name, options),
      await to.loadArrayArtifact(name, options),
    ] as const;
    if (!isSameArray(...pair)) {
      return `the array ${name} has different values`;
    }
  }
  return undefined;
}

/** The keys of artifacts and attachments. Arrays are left out: each version of Zarr stores them differently. */
function fileKeys(hashes: ReadonlyMap<string, string>): readonly string[] {
  return [...hashes.keys()]
    .filter((key) => /^(analysis|attachments)\//.test(key) && !isDerivedKey(key))
    .sort();
}

function isSameArray(a: NdArray, b: NdArray): boolean {
  return (
    a.dtype === b.dtype && a.shape.join() === b.shape.join() && isSameBytes(ndArrayBytes(a), ndArrayBytes(b))
  );
}

/** Compares bytes, not numbers, so that equal NaNs are equal. */
function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function isNamed(names: readonly (string | null)[] | undefined): names is readonly string[] {
  return names?.every((name) => typeof name === "string") ?? false;
}
