import type { ArrayMetadata } from "../array/array-metadata.ts";
import type { ImageId } from "../artifact/artifact-name.ts";
import type { ReadOptions } from "../artifact/pixel-store.ts";
import { joinKey, type StoreKey } from "../store/store-key.ts";
import { imageNode } from "./layout.ts";
import { type Attributes, parseArrayNode, parseGroupNode } from "./node-cache.ts";
import type { NodeReader } from "./node-reader.ts";
import type { ObjectSession } from "./object-session.ts";

/** The `zarr.json` of a dataset with a log: known by their hashes, so that equal ones are read and parsed once. */
export class CommittedNodes implements NodeReader {
  readonly missingChunks = "error";
  readonly #objects: Pick<ObjectSession, "nodes" | "read" | "hash">;

  constructor(objects: Pick<ObjectSession, "nodes" | "read" | "hash">) {
    this.#objects = objects;
  }

  async hasImage(id: ImageId): Promise<boolean> {
    return (await this.#objects.hash(imageNode(id))) !== undefined;
  }

  async imageAttributes(id: ImageId, options: ReadOptions): Promise<Attributes | undefined> {
    const path = imageNode(id);
    const hash = await this.#objects.hash(path);
    const known = hash === undefined ? undefined : this.#objects.nodes.groupAttributes(hash);
    if (known !== undefined) {
      return known;
    }
    const bytes = hash === undefined ? undefined : await this.#objects.read(path, options);
    return bytes === undefined || hash === undefined
      ? undefined
      : this.#objects.nodes.rememberGroup(hash, parseGroupNode(bytes, path));
  }

  async arrayMetadata(prefix: StoreKey, options: ReadOptions): Promise<ArrayMetadata | undefined> {
    const path = joinKey(prefix, "zarr.json");
    const hash = await this.#objects.hash(path);
    const known = hash === undefined ? undefined : this.#objects.nodes.arrayMetadata(hash);
    if (known !== undefined) {
      return known;
    }
    const bytes = hash === undefined ? undefined : await this.#objects.read(path, options);
    return bytes === undefined || hash === undefined
      ? undefined
      : this.#objects.nodes.rememberArray(hash, parseArrayNode(bytes, path));
  }
}
