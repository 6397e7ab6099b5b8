import { encodeArrayMetadata, parseArrayMetadata } from "../array/array-metadata.ts";
import { type ImageId, parseImageId } from "../artifact/artifact-name.ts";
import type { Checkpoint } from "../commit/checkpoint.ts";
import { groupOf, type Head } from "../commit/head.ts";
import { isZarrStoreError } from "../errors.ts";
import { joinKey, parseStoreKey, type StoreKey } from "../store/store-key.ts";
import { imageNode, pixelArray } from "./layout.ts";
import type { ManifestSource } from "./manifest.ts";
import type { NodeCache } from "./node-cache.ts";

/** What a checkpoint keeps of each image: its attributes and array metadata, as far as they are known. */
export function checkpointImages(head: Head, nodes: NodeCache): ReadonlyMap<string, unknown> {
  const images = new Map<string, unknown>();
  for (const id of imageIdsOf(head.groups())) {
    const node = head.object(imageNode(id));
    const array = head.object(arrayNode(pixelArray(id)));
    const metadata = array && nodes.arrayMetadata(array.sha256);
    images.set(id, {
      attributes: node && nodes.groupAttributes(node.sha256),
      array: metadata && unlessUnusable(() => encodeArrayMetadata(metadata)),
    });
  }
  return images;
}

/**
 * Takes what a checkpoint keeps of the images into the cache, under the hashes that it states for them. It is derived, so
 * that what is malformed is as good as absent. Sorted by id.
 */
export function rememberImages(checkpoint: Checkpoint, nodes: NodeCache): readonly ManifestSource[] {
  const paths = Map.groupBy(checkpoint.objects.keys(), groupOf);
  return imageIdsOf(paths.keys()).map((id): ManifestSource => {
    const image = checkpoint.images.get(id);
    const kept: { attributes?: unknown; array?: unknown } =
      typeof image === "object" && image !== null ? image : {};
    const node = checkpoint.objects.get(imageNode(id));
    const array = checkpoint.objects.get(arrayNode(pixelArray(id)));
    const attributes = isAttributes(kept.attributes) ? kept.attributes : undefined;
    const metadata =
      kept.array === undefined ? undefined : unlessUnusable(() => parseArrayMetadata(kept.array, id));
    if (node !== undefined && attributes !== undefined) {
      nodes.rememberGroup(node.sha256, attributes);
    }
    if (array !== undefined && metadata !== undefined) {
      nodes.rememberArray(array.sha256, metadata);
    }
    return {
      imageId: id,
      paths: (paths.get(`images/${id}`) ?? []).map(parseStoreKey).sort(),
      attributes,
      array: metadata,
    };
  });
}

/** The images among the groups of a head, sorted; of a name that is no id nothing can be kept. */
function imageIdsOf(groups: Iterable<string>): readonly ImageId[] {
  return [...groups]
    .filter((group) => group !== "")
    .flatMap((group) => unlessUnusable(() => parseImageId(group.slice("images/".length))) ?? [])
    .sort();
}

function arrayNode(prefix: StoreKey): StoreKey {
  return joinKey(prefix, "zarr.json");
}

function unlessUnusable<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name", "invalid_metadata", "not_supported")) {
      return undefined;
    }
    throw error;
  }
}

function isAttributes(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
