// The results of an image that are arrays, such as masks: saved, loaded, listed and deleted.

import { axesApart, defaultAxes, type NamedAxes, validateAxes } from "../../array/axes.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { NdArray } from "../../array/nd-array.ts";
import { zarrNode } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { type ArtifactName, parseArtifactName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { parseStoreKey } from "../../store/store-key.ts";
import { artifactArray, artifactGroups, imageObjectPath, meaningOf, pixelArray } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import { readArrayMetadata, readArrayRegion, writeArray } from "./array-objects.ts";
import { encodeNode, type RecordObjects } from "./record-objects.ts";

/** How an array artifact is laid out. */
export interface SaveArrayArtifactOptions extends ReadOptions {
  /**
   * One name per axis. Default: by the number of axes, otherwise `a0`, `a1`, …; see `defaultAxes`. An axis `t` of 12 elements is
   * called `t_12` if the pixels, or an array above or below this one, have a longer or shorter `t`: xarray opens no tree with both.
   */
  readonly axes?: readonly string[];
  /** True for an array that is to stay as it was: its axes are then called as they are given. */
  readonly exactAxes?: boolean | undefined;
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
  /** What separates the coordinates in the key of a chunk. Default `/`; `.` is for an array that is to stay as it was. */
  readonly chunkKeySeparator?: "." | "/" | undefined;
}

/** The array artifacts of one image, each stored with the groups above it. */
export class ArrayArtifacts {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /**
   * Saves an array artifact, replacing the one of that name. @throws {ZarrStoreError} `invalid_argument`, `not_found`
   */
  async save(name: string, array: NdArray, options: SaveArrayArtifactOptions = {}): Promise<void> {
    const { id } = this.#objects;
    const parsed = parseArtifactName(name);
    const rank = array.shape.length;
    const axes = validateAxes(options.axes ?? defaultAxes(rank), rank);
    await this.#objects.change(`save array ${name}`, options, async (transaction, objects) => {
      const prefix = artifactArray(id, parsed);
      const { chunks, attributes, chunkKeySeparator } = options;
      for (const path of await objects.pathsBelow(prefix)) {
        await transaction.delete(path);
      }
      await writeArray(objects.session, transaction, prefix, array, {
        axes:
          options.exactAxes === true
            ? axes
            : axesApart({ axes, shape: array.shape }, await relatedAxes(objects, parsed)),
        chunks,
        attributes,
        chunkKeySeparator,
      });
      await putMissingGroups(transaction, artifactGroups(id, parsed));
    });
  }

  /**
   * Puts an array artifact back byte for byte, replacing the one of that name.
   *
   * @param bytesOf the objects of the array, by their keys below `images/<id>/`
   * @throws {ZarrStoreError} `invalid_name` for the key of another object, `not_found` if the image does not exist
   */
  async putBack(
    name: string,
    bytesOf: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
    options: ReadOptions = {},
  ): Promise<void> {
    const { id } = this.#objects;
    const parsed = parseArtifactName(name);
    const own = [...bytesOf].map(([key, bytes]) => {
      const path = imageObjectPath(id, key);
      const meaning = meaningOf(path);
      if (meaning?.kind !== "array" || meaning.name !== parsed) {
        throw new ZarrStoreError("invalid_name", `${key} is not an object of the array ${name}`, {
          path,
          found: key,
        });
      }
      return [parseStoreKey(path), new Uint8Array(bytes)] as const;
    });
    await this.#objects.change(`put back array ${name}`, options, async (transaction, objects) => {
      for (const path of await objects.pathsBelow(artifactArray(id, parsed))) {
        await transaction.delete(path);
      }
      for (const [path, bytes] of own) {
        await transaction.put(path, bytes);
      }
      await putMissingGroups(transaction, artifactGroups(id, parsed));
    });
  }

  /** Loads a whole array artifact. @throws {ZarrStoreError} `not_found` */
  async load(name: string, options: ReadOptions = {}): Promise<NdArray> {
    const prefix = artifactArray(this.#objects.id, parseArtifactName(name));
    return readArrayRegion(this.#objects.session, prefix, undefined, options);
  }

  /** Reads shape, dtype, chunks, axes and attributes, but no elements. @throws {ZarrStoreError} `not_found` */
  async open(name: string, options: ReadOptions = {}): Promise<ArrayMetadata> {
    const prefix = artifactArray(this.#objects.id, parseArtifactName(name));
    return readArrayMetadata(this.#objects.session, prefix, options);
  }

  /** Lists the names, sorted; nested names in full. */
  async list(): Promise<readonly string[]> {
    return this.#objects.namesOfKind("array");
  }

  /**
   * Deletes an array, and the groups above it that are then empty; returns whether it existed. Arrays whose names
   * continue this name stay.
   *
   * @throws {ZarrStoreError} `not_found` if the image does not exist
   */
  async delete(name: string, options: ReadOptions = {}): Promise<boolean> {
    const { id } = this.#objects;
    const parsed = parseArtifactName(name);
    return this.#objects.change(`delete array ${name}`, options, async (transaction, objects) => {
      const doomed = await objects.pathsBelow(artifactArray(id, parsed));
      for (const path of doomed) {
        await transaction.delete(path);
      }
      if (doomed.length > 0) {
        await deleteEmptyGroups(transaction, objects, artifactGroups(id, parsed));
      }
      return doomed.length > 0;
    });
  }
}

/**
 * The axes of the arrays that share a branch of the tree of groups with an artifact: the pixels, the arrays above it and those
 * below. An array that cannot be read, or has no names, has none.
 */
async function relatedAxes(objects: RecordObjects, name: ArtifactName): Promise<readonly NamedAxes[]> {
  const { id, session } = objects;
  const related = (await objects.namesOfKind("array")).filter(
    (other) => name.startsWith(`${other}/`) || other.startsWith(`${name}/`),
  );
  const found: NamedAxes[] = [];
  for (const prefix of [
    pixelArray(id),
    ...related.map((other) => artifactArray(id, parseArtifactName(other))),
  ]) {
    try {
      const { dimensionNames, shape } = await readArrayMetadata(session, prefix);
      found.push({ axes: dimensionNames ?? [], shape });
    } catch (error) {
      if (!isZarrStoreError(error)) {
        throw error;
      }
    }
  }
  return found;
}

async function putMissingGroups(
  transaction: Transaction,
  groups: ReturnType<typeof artifactGroups>,
): Promise<void> {
  for (const node of groups.map(zarrNode)) {
    if ((await transaction.hash(node)) === undefined) {
      await transaction.put(node, encodeNode({}));
    }
  }
}

/** Deletes groups from the innermost outwards, stopping at the first that holds more than its own node. */
async function deleteEmptyGroups(
  transaction: Transaction,
  objects: RecordObjects,
  groups: ReturnType<typeof artifactGroups>,
): Promise<void> {
  for (const group of groups.toReversed()) {
    const node = zarrNode(group);
    if ((await objects.pathsBelow(group)).some((path) => path !== node)) {
      return;
    }
    await transaction.delete(node);
  }
}
