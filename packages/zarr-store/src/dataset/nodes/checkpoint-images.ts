import { encodeArrayMetadata, parseArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { Checkpoint } from "../../commit/log/checkpoint.ts";
import type { Head } from "../../commit/log/head.ts";
import { groupOfImage, imageOfGroup, ZARR_NODE_NAME, zarrNode } from "../../commit/object-path.ts";
import { isZarrStoreError } from "../../errors.ts";
import { type ImageId, parseImageId } from "../../image/artifact-name.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { imageNode, PIXELS_NODE_KEY, pixelArray } from "../layout.ts";
import type { ManifestSource } from "../manifest.ts";
import type { NodeCache } from "./node-cache.ts";

/** What a checkpoint keeps of each image: its attributes and array metadata, as far as they are known. */
export function checkpointImages(head: Head, nodes: NodeCache): ReadonlyMap<string, unknown> {
  const images = new Map<string, unknown>();
  for (const id of imageIdsOf(head.groups())) {
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
 * Takes what a checkpoint keeps of the images into the cache, under the hashes that it states for them: array metadata as
 * they are, to be parsed when they are asked for. It is derived, so that what is malformed is as good as absent.
 */
export function rememberImages(checkpoint: Checkpoint, nodes: NodeCache): void {
  for (const [id, image] of checkpoint.images) {
    const group = groupOfImage(id);
    const objects = checkpoint.groups.get(group);
    const { attributes, array } = keptOf(image);
    const node = objects?.get(unchecked(`${group}/${ZARR_NODE_NAME}`));
    const arrayNode = objects?.get(unchecked(`${group}/${PIXELS_NODE_KEY}`));
    if (node !== undefined && isAttributes(attributes)) {
      nodes.rememberGroup(node.sha256, attributes);
    }
    if (arrayNode !== undefined && array !== undefined) {
      nodes.keepArray(arrayNode.sha256, () => unlessUnusable(() => parseArrayMetadata(array, id)));
    }
  }
}

/** What a checkpoint says of its images, sorted by id. */
export function manifestSourcesOf(checkpoint: Checkpoint): readonly ManifestSource[] {
  return imageIdsOf(checkpoint.groups.keys()).map((id): ManifestSource => {
    const { attributes, array } = keptOf(checkpoint.images.get(id));
    return {
      imageId: id,
      paths: [...(checkpoint.groups.get(groupOfImage(id))?.keys() ?? [])].sort(),
      attributes: isAttributes(attributes) ? attributes : undefined,
      array: array === undefined ? undefined : unlessUnusable(() => parseArrayMetadata(array, id)),
    };
  });
}

function keptOf(image: unknown): { readonly attributes?: unknown; readonly array?: unknown } {
  return typeof image === "object" && image !== null ? image : {};
}

/** A path to look for among those that are: it need not be a good one. */
function unchecked(path: string): StoreKey {
  return path as StoreKey;
}

/** The images among the groups of a head, sorted; of a name that is no id nothing can be kept. */
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
    if (isZarrStoreError(error, "invalid_name", "invalid_metadata", "not_supported")) {
      return undefined;
    }
    throw error;
  }
}

function isAttributes(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
