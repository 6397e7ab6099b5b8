// The attachments of an image: files that are kept unchanged, whatever they contain.

import type { ReadOptions } from "../../runtime/read-options.ts";
import { attachmentPath } from "../layout.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

/** The attachments of one image. */
export class Attachments {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Saves a file unchanged.
   *
   * @returns the file's path in the dataset
   * @throws {ZarrStoreError} `invalid_name`
   */
  async save(name: string, bytes: Uint8Array<ArrayBuffer>, options: ReadOptions = {}): Promise<string> {
    const path = attachmentPath(this.#objects.id, name);
    await this.#objects.putArtifact(path, `attachment ${name}`, bytes, options);
    return path;
  }

  /** Loads an attachment. @throws {ZarrStoreError} `not_found` */
  async load(name: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const path = attachmentPath(this.#objects.id, name);
    const bytes = await this.#objects.session.read(path, options);
    if (bytes === undefined) {
      throw notFound(`image ${this.#objects.id} has no attachment ${name}`, path);
    }
    return bytes;
  }

  /** Lists the names, sorted. */
  async list(): Promise<readonly string[]> {
    return this.#objects.namesOfKind("attachment");
  }

  /**
   * Deletes an attachment; returns whether it existed.
   *
   * @throws {ZarrStoreError} `invalid_name`, `not_found` if the image does not exist
   */
  async delete(name: string, options: ReadOptions = {}): Promise<boolean> {
    const path = attachmentPath(this.#objects.id, name);
    return this.#objects.change(`delete attachment ${name}`, options, (transaction) =>
      transaction.delete(path),
    );
  }
}
