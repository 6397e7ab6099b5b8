// Moves image metadata between the checkpoint and the node cache, so that listing images opens no files.

import { encodeArrayMetadata, parseArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { Checkpoint } from "../../commit/log/checkpoint.ts";
import { type CommittedObject, type Head, isStoredGroup } from "../../commit/log/head.ts";
import { groupOfImage, imageOfGroup, ZARR_NODE_NAME, zarrNode } from "../../commit/object-path.ts";
import { isZarrStoreError } from "../../errors.ts";
import { type ImageId, parseImageId } from "../../image/artifact-name.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { imageNode, PIXELS_NODE_KEY, pixelArray } from "../layout.ts";
import type { ManifestSource } from "../manifest.ts";
import type { NodeCache } from "./node-cache.ts";

/** The attributes and array metadata of each image, as far as they are known, for the checkpoint. */
export async function checkpointImages(head: Head, nodes: NodeCache): Promise<ReadonlyMap<string, unknown>> {
  const images = new Map<string, unknown>();
  for (const id of imageIdsOf(head.groups())) {
    await nodes.prepare(groupOfImage(id));
    const node = head.object(imageNode(id));
    const array = head.object(zarrNode(pixelArray(id)));
    const metadata = array && nodes.arrayMetadata(array.sha256);
    images.set(id, {
      attributes: node && nodes.groupAttributes(node.sha256),
      array: metadata && unlessUnusable(() => encodeArrayMetadata(metadata)),
    });
  }
  return images;
}

/**
 * Puts the image metadata of a checkpoint into the cache when they are asked for, under the hashes that the checkpoint
 * states.
 *
 * A checkpoint is derived data, so a malformed entry counts as absent.
 */
export function rememberImages(checkpoint: Checkpoint, nodes: NodeCache): void {
  nodes.checkpoint = checkpoint;
  nodes.fillFrom(async (group) => {
    const objects = unlessUnusable(() => objectsOf(checkpoint, group));
    const { attributes, array } = await keptOf(checkpoint, imageOfGroup(group));
    const node = objects?.get(unchecked(`${group}/${ZARR_NODE_NAME}`));
    const arrayNode = objects?.get(unchecked(`${group}/${PIXELS_NODE_KEY}`));
    if (node !== undefined && isAttributes(attributes)) {
      nodes.rememberGroup(node.sha256, attributes);
    }
    if (arrayNode !== undefined && array !== undefined) {
      nodes.keepArray(arrayNode.sha256, () =>
        unlessUnusable(() => parseArrayMetadata(array, imageOfGroup(group))),
      );
    }
  });
}

/** The images that a checkpoint describes, sorted by id. */
export async function manifestSourcesOf(checkpoint: Checkpoint): Promise<readonly ManifestSource[]> {
  const sources: ManifestSource[] = [];
  for (const id of imageIdsOf(checkpoint.groups.keys())) {
    const { attributes, array } = await keptOf(checkpoint, id);
    sources.push({
      imageId: id,
      paths: [...(objectsOf(checkpoint, groupOfImage(id))?.keys() ?? [])].sort(),
      attributes: isAttributes(attributes) ? attributes : undefined,
      array: array === undefined ? undefined : unlessUnusable(() => parseArrayMetadata(array, id)),
    });
  }
  return sources;
}

function objectsOf(
  { groups }: Checkpoint,
  group: string,
): ReadonlyMap<StoreKey, CommittedObject> | undefined {
  const objects = groups.get(group);
  return objects !== undefined && isStoredGroup(objects) ? objects.objects() : objects;
}

/** What a checkpoint keeps about an image; nothing if that is damaged, because the files say it too. */
async function keptOf(
  { images }: Checkpoint,
  id: string,
): Promise<{ readonly attributes?: unknown; readonly array?: unknown }> {
  const image = await Promise.resolve(images.get(id)).catch(() => undefined);
  return typeof image === "object" && image !== null ? image : {};
}

/** A path that is only looked up among existing ones, so it need not be valid. */
function unchecked(path: string): StoreKey {
  return path as StoreKey;
}

/** The ids of the images among a head's groups, sorted. A group whose name is not an image id is skipped. */
function imageIdsOf(groups: Iterable<string>): readonly ImageId[] {
  return [...groups]
    .filter((group) => group !== "")
    .flatMap((group) => unlessUnusable(() => parseImageId(imageOfGroup(group))) ?? [])
    .sort();
}

function unlessUnusable<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name", "invalid_metadata", "not_supported", "integrity")) {
      return undefined;
    }
    throw error;
  }
}

function isAttributes(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
