import { loadMetadataText, summarizeMetadata } from "@kym/kym-schema";
import type { DatasetContents, NdArray, ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";

/** Copies one image with all that belongs to it. Throws whatever reading and writing throw. */
export async function copyImage(
  source: ZarrDataset,
  target: DatasetContents,
  imageId: string,
  options: ReadOptions,
): Promise<void> {
  const from = source.record(imageId);
  const axes = await from.getAxes(options);
  const { summary: _made, ...attributes } = await from.attributes(options);
  const to = await target.addImage(await from.loadArray(options), {
    id: imageId,
    ...(axes && { axes }),
    attributes,
    summary: summarizeMetadata((await loadMetadataText(from, { ...options, ifUnreadable: "none" })) ?? ""),
    ...options,
  });
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
 * What the target has otherwise than the source, in words; undefined if every file is the same by hash, and every array
 * byte for byte. What the target has beside is not looked at.
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
    return found.has(key) ? `${key} has other bytes` : `${key} is missing`;
  }
  if (!isSameArray(await from.loadArray(options), await to.loadArray(options))) {
    return "the pixels are others";
  }
  const axes = await from.getAxes(options);
  if (axes !== undefined && axes.join() !== (await to.getAxes(options))?.join()) {
    return "the axes are others";
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
      return `the array ${name} has other values`;
    }
  }
  return undefined;
}

/** Of artifacts and attachments, as they are stored; arrays are stored otherwise in other versions of Zarr. */
function fileKeys(hashes: ReadonlyMap<string, string>): readonly string[] {
  return [...hashes.keys()].filter((key) => /^(analysis|attachments)\//.test(key)).sort();
}

function isSameArray(a: NdArray, b: NdArray): boolean {
  return (
    a.dtype === b.dtype && a.shape.join() === b.shape.join() && isSameBytes(ndArrayBytes(a), ndArrayBytes(b))
  );
}

/** Byte for byte, which is as strict as a hash and needs none: of NaNs too. */
function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function isNamed(names: readonly (string | null)[] | undefined): names is readonly string[] {
  return names?.every((name) => typeof name === "string") ?? false;
}
