// Makes the entries of a list of images from a checkpoint, without decoding the objects of any.

import { parseArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { GroupListing, Head } from "../../commit/log/head.ts";
import { groupOfImage, ZARR_NODE_NAME } from "../../commit/object-path.ts";
import { isZarrStoreError } from "../../errors.ts";
import { PIXELS_NODE_KEY } from "../layout.ts";
import { entryOfMetadata, type ManifestEntry, manifestEntryOf } from "../manifest.ts";
import type { NodeCache } from "./node-cache.ts";

/** The entry of an image; undefined for one that has to be looked at. */
export type ListImage = (imageId: string) => ManifestEntry | undefined;

/**
 * Lists the images that have not changed since the checkpoint that the dataset was opened from: what it keeps of their metadata
 * belongs to the hashes that it states. Any other image, and one of which an entry is not as a writer writes it, is left out.
 */
export async function listedImages(head: Head, nodes: NodeCache): Promise<ListImage> {
  const { checkpoint } = nodes;
  const kept = await checkpoint?.images.unpackAll?.();
  const parts = new PartsOfNames();
  return (imageId) => {
    const group = groupOfImage(imageId);
    const stored = head.storedGroup(group);
    if (kept === undefined || stored === undefined || stored !== checkpoint?.groups.get(group)) {
      return undefined;
    }
    const { attributes, array } = fieldsOf(kept.get(imageId));
    const listing = isFields(attributes) && array !== undefined ? stored.listing() : undefined;
    if (listing === undefined || !isFields(attributes)) {
      return undefined;
    }
    const { analysis, arrays, nodeAt, pixelsAt } = parts.of(imageId, listing);
    if (nodeAt < 0 || pixelsAt < 0) {
      return undefined;
    }
    const sha256 = listing.sha256(pixelsAt);
    const metadata =
      nodes.arrayMetadata(sha256) ??
      unlessUnusable(() => nodes.rememberArray(sha256, parseArrayMetadata(array, imageId)));
    return (
      metadata && {
        ...entryOfMetadata(imageId, attributes, metadata),
        analysisKeys: analysis.map((name) => `${group}/${name}`),
        arrayArtifacts: arrays,
      }
    );
  };
}

/** What the names of a group say; they do not depend on the image. */
interface Parts {
  /** The names of files below its `analysis`. */
  readonly analysis: readonly string[];
  /** The names of array artifacts. */
  readonly arrays: readonly string[];
  /** The places of the nodes of the image and of its pixels, or −1. */
  readonly nodeAt: number;
  readonly pixelsAt: number;
}

/** Most images have the same names, in one list: what it says is found once. */
class PartsOfNames {
  readonly #known = new WeakMap<readonly string[], Parts>();

  of(imageId: string, { names }: GroupListing): Parts {
    const known = this.#known.get(names);
    if (known !== undefined) {
      return known;
    }
    const group = groupOfImage(imageId);
    const paths = names.map((name) => `${group}/${name}`);
    const entry = manifestEntryOf({ imageId, paths, attributes: undefined, array: undefined });
    const found: Parts = {
      analysis: entry.analysisKeys.map((path) => path.slice(group.length + 1)),
      arrays: entry.arrayArtifacts,
      nodeAt: names.indexOf(ZARR_NODE_NAME),
      pixelsAt: names.indexOf(PIXELS_NODE_KEY),
    };
    this.#known.set(names, found);
    return found;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unlessUnusable<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isZarrStoreError(error, "invalid_metadata", "not_supported")) {
      return undefined;
    }
    throw error;
  }
}
