// Parses `zarr.json` and `.zattrs` files, and caches the results by the hash of the file.

import type { ZarrCodec } from "../../array/codecs/zarr-codec.ts";
import { type ArrayMetadata, parseArrayMetadata } from "../../array/metadata/array-metadata.ts";
import { metadataField, refuseUnknownMembers } from "../../array/metadata/metadata-field.ts";
import type { CheckpointContents } from "../../commit/log/head.ts";
import { ZarrStoreError } from "../../errors.ts";
import { deepFreeze } from "../../json/deep-freeze.ts";
import { isObject } from "../../json/is-object.ts";
import { type ParseLosslessOptions, parseLossless, plainValue } from "../../json/lossless-json.ts";

/** The attributes of a Zarr group; integers beyond 2^53 are bigint. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * Caches group attributes and array metadata by the SHA-256 of their file. Equal files are parsed once, and a
 * checkpoint can fill the cache, so that listing images opens none of them.
 *
 * The values are frozen: a caller that changed one would change what the next caller gets.
 */
export class NodeCache {
  readonly #groups = new Map<string, Attributes>();
  readonly #arrays = new Map<string, ArrayMetadata>();
  readonly #keptArrays = new Map<string, () => ArrayMetadata | undefined>();

  /** What fills the cache, if a checkpoint does: a list of images can be made of it without filling the cache. */
  checkpoint: CheckpointContents | undefined;

  /** By group, the filling that was begun; and what fills the cache. */
  readonly #filled = new Map<string, Promise<void>>();
  #fill: ((group: string) => Promise<void>) | undefined;

  /** Sets what fills the cache with the metadata of an image, when they are first asked for. */
  fillFrom(fill: (group: string) => Promise<void>): void {
    this.#fill = fill;
  }

  /** Fills the cache with what is known of the image of a group, if it was not before. */
  async prepare(group: string): Promise<void> {
    if (this.#fill === undefined || group === "") {
      return;
    }
    const filled = this.#filled.get(group) ?? this.#fill(group);
    this.#filled.set(group, filled);
    await filled;
  }

  groupAttributes(sha256: string): Attributes | undefined {
    return this.#groups.get(sha256);
  }

  arrayMetadata(sha256: string): ArrayMetadata | undefined {
    const known = this.#arrays.get(sha256);
    if (known !== undefined) {
      return known;
    }
    const parsed = this.#keptArrays.get(sha256)?.();
    this.#keptArrays.delete(sha256);
    return parsed && this.rememberArray(sha256, parsed);
  }

  /**
   * Keeps array metadata to be parsed when first asked for. `parse` returns undefined if it turns out to be unusable.
   */
  keepArray(sha256: string, parse: () => ArrayMetadata | undefined): void {
    this.#keptArrays.set(sha256, parse);
  }

  rememberGroup(sha256: string, attributes: Attributes): Attributes {
    this.#groups.set(sha256, deepFreeze(attributes));
    return attributes;
  }

  rememberArray(sha256: string, metadata: ArrayMetadata): ArrayMetadata {
    this.#arrays.set(sha256, deepFreeze(metadata));
    return metadata;
  }
}

const GROUP_MEMBERS: readonly string[] = ["zarr_format", "node_type", "attributes"];

/**
 * The attributes in the `zarr.json` of a group.
 *
 * @throws {ZarrStoreError} `invalid_metadata` if it is not a Zarr v3 group, or has an unknown member that must be
 * understood
 */
export function parseGroupNode(bytes: Uint8Array, where: string): Attributes {
  const node = parseNodeJson(bytes, where);
  if (!isObject(node) || node["zarr_format"] !== 3 || node["node_type"] !== "group") {
    throw new ZarrStoreError("invalid_metadata", `${where}: expected a Zarr v3 group`, {
      path: where,
      found: node,
    });
  }
  refuseUnknownMembers(metadataField(node, where), GROUP_MEMBERS);
  const attributes = node["attributes"] ?? {};
  if (!isObject(attributes)) {
    throw new ZarrStoreError("invalid_metadata", `${where}: attributes is not an object`, {
      path: where,
      found: attributes,
    });
  }
  return attributes;
}

/**
 * The attributes in a `.zattrs` of Zarr v2. Allows NaN and Infinity, which Python writes.
 *
 * @throws {ZarrStoreError} `invalid_metadata`
 */
export function parseAttributes(bytes: Uint8Array, where: string): Attributes {
  const attributes = parseNodeJson(bytes, where, { allowNonFinite: true });
  if (!isObject(attributes)) {
    throw new ZarrStoreError("invalid_metadata", `${where}: expected an object`, {
      path: where,
      found: attributes,
    });
  }
  return attributes;
}

/** The array metadata in a `zarr.json` or `.zarray`. @throws {ZarrStoreError} `invalid_metadata`, `not_supported` */
export function parseArrayNode(
  bytes: Uint8Array,
  where: string,
  codecs: readonly ZarrCodec[] = [],
): ArrayMetadata {
  return parseArrayMetadata(parseNodeJson(bytes, where), where, codecs);
}

/** The content of the `zarr.json` of a group. */
export function groupNodeValue(attributes: Attributes): object {
  return { zarr_format: 3, node_type: "group", attributes };
}

/**
 * Parses a metadata file; integers beyond 2^53 become bigint.
 *
 * @throws {ZarrStoreError} `invalid_metadata` if it is not JSON, or repeats a key
 */
export function parseNodeJson(bytes: Uint8Array, where: string, options: ParseLosslessOptions = {}): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return plainValue(parseLossless(text, { duplicateKeys: "error", ...options }));
  } catch (cause) {
    throw new ZarrStoreError("invalid_metadata", `${where} is not JSON: ${String(cause)}`, {
      path: where,
      cause,
    });
  }
}
