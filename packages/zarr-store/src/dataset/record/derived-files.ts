// The derived data of an image: files that are made of its pixels, and can be made again.

import type { ReadOptions } from "../../runtime/read-options.ts";
import { derivedPath } from "../layout.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

/**
 * The derived data of one image. An artifact is what a lab or a program found; these are not: an undo leaves them as they are, an export leaves them out, and they go with
 * the image.
 */
export class DerivedFiles {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /** Saves a file. @throws {ZarrStoreError} `invalid_name`, `not_found` if the image does not exist */
  async save(name: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<void> {
    await this.#objects.putArtifact(derivedPath(this.#objects.id, name), name, bytes, options);
  }

  /** Loads a file. @throws {ZarrStoreError} `not_found` */
  async load(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const path = derivedPath(this.#objects.id, name);
    const bytes = await this.#objects.session.read(path, options);
    if (bytes === undefined) {
      throw notFound(`image ${this.#objects.id} has no derived data ${name}`, path);
    }
    return bytes;
  }

  /** Lists the names, sorted. */
  async list(): Promise<readonly string[]> {
    return this.#objects.namesOfKind("derived");
  }

  /** Deletes a file; returns whether it existed. @throws {ZarrStoreError} `invalid_name` */
  async delete(name: string, options: ReadOptions = {}): Promise<boolean> {
    const path = derivedPath(this.#objects.id, name);
    return this.#objects.change(`delete ${name}`, options, (transaction) => transaction.delete(path));
  }
}
