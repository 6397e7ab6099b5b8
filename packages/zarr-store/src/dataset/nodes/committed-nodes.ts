// Reads the Zarr metadata of a dataset with a commit log, using the log's hashes to parse each node only once.

import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import { groupOf, zarrNode } from "../../commit/object-path.ts";
import type { ImageId } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { imageNode } from "../layout.ts";
import type { ObjectSession } from "../session/object-session.ts";
import { type Attributes, parseArrayNode, parseGroupNode } from "./node-cache.ts";
import type { NodeReader } from "./node-reader.ts";

type Objects = Pick<ObjectSession, "runtime" | "nodes" | "read" | "hash">;

/**
 * Reads the `zarr.json` files of a dataset with a log. The log knows their hashes, so equal files are read and parsed
 * once.
 */
export class CommittedNodes implements NodeReader {
  readonly missingChunks = "error";
  /** Empty: this package wrote the arrays, and the only codec it writes is zstd. */
  readonly codecs: readonly [] = [];
  readonly #objects: Objects;
  readonly #mayRecall: (path: StoreKey) => boolean;

  /** `mayRecall` tells for which paths a cached node may be used instead of reading it again. Default: all. */
  constructor(objects: Objects, mayRecall: (path: StoreKey) => boolean = () => true) {
    this.#objects = objects;
    this.#mayRecall = mayRecall;
  }

  async hasImage(id: ImageId): Promise<boolean> {
    return (await this.#objects.hash(imageNode(id))) !== undefined;
  }

  async imageAttributes(id: ImageId, options: ReadOptions): Promise<Attributes | undefined> {
    const { nodes } = this.#objects;
    return this.#node(imageNode(id), options, {
      recall: (hash) => nodes.groupAttributes(hash),
      remember: (hash, bytes, path) => nodes.rememberGroup(hash, parseGroupNode(bytes, path)),
    });
  }

  async arrayMetadata(prefix: StoreKey, options: ReadOptions): Promise<ArrayMetadata | undefined> {
    const { nodes } = this.#objects;
    return this.#node(zarrNode(prefix), options, {
      recall: (hash) => nodes.arrayMetadata(hash),
      remember: (hash, bytes, path) => nodes.rememberArray(hash, parseArrayNode(bytes, path)),
    });
  }

  async #node<T>(path: StoreKey, options: ReadOptions, cache: NodeKind<T>): Promise<T | undefined> {
    const hash = await this.#objects.hash(path);
    await this.#objects.nodes.prepare(groupOf(path));
    const known = hash !== undefined && this.#mayRecall(path) ? cache.recall(hash) : undefined;
    if (known !== undefined) {
      return known;
    }
    const bytes = hash === undefined ? undefined : await this.#objects.read(path, options);
    // Another commit may have replaced the file before it was read, so hash the bytes that were read.
    return bytes && cache.remember(await this.#objects.runtime.sha256(bytes), bytes, path);
  }
}

interface NodeKind<T> {
  readonly recall: (sha256: string) => T | undefined;
  readonly remember: (sha256: string, bytes: Uint8Array<ArrayBuffer>, path: StoreKey) => T;
}
