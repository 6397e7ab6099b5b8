import { encodeArrayMetadata, parseArrayMetadata } from "../array/array-metadata.ts";
import { parseImageId } from "../artifact/artifact-name.ts";
import type { Checkpoint } from "../commit/checkpoint.ts";
import { groupOf, type Head } from "../commit/head.ts";
import { joinKey, parseStoreKey, type StoreKey } from "../store/store-key.ts";
import { imageNode, pixelArray } from "./layout.ts";
import type { ManifestSource } from "./manifest.ts";
import type { NodeCache } from "./node-cache.ts";

/** What a checkpoint keeps of each image: its attributes and array metadata, as far as they are known. */
export function checkpointImages(head: Head, nodes: NodeCache): ReadonlyMap<string, unknown> {
  const images = new Map<string, unknown>();
  for (const group of head.groups()) {
    if (group !== "") {
      const id = parseImageId(group.slice("images/".length));
      const node = head.object(imageNode(id));
      const array = head.object(arrayNode(pixelArray(id)));
      const metadata = array && nodes.arrayMetadata(array.sha256);
      images.set(id, {
        attributes: node && nodes.groupAttributes(node.sha256),
        array: metadata && encodeArrayMetadata(metadata),
      });
    }
  }
  return images;
}

/** Takes what a checkpoint keeps of the images into the cache, under the hashes that it states for them. */
export function rememberImages(checkpoint: Checkpoint, nodes: NodeCache): readonly ManifestSource[] {
  const paths = Map.groupBy(checkpoint.objects.keys(), groupOf);
  return [...checkpoint.images].map(([name, image]): ManifestSource => {
    const id = parseImageId(name);
    const kept: { attributes?: unknown; array?: unknown } =
      typeof image === "object" && image !== null ? image : {};
    const node = checkpoint.objects.get(imageNode(id));
    const array = checkpoint.objects.get(arrayNode(pixelArray(id)));
    const attributes = isAttributes(kept.attributes) ? kept.attributes : undefined;
    const metadata = kept.array === undefined ? undefined : parseArrayMetadata(kept.array, id);
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

function arrayNode(prefix: StoreKey): StoreKey {
  return joinKey(prefix, "zarr.json");
}

function isAttributes(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
