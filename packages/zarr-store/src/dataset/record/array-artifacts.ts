import { defaultAxes, validateAxes } from "../../array/axes.ts";
import type { ArrayMetadata } from "../../array/metadata/array-metadata.ts";
import type { NdArray } from "../../array/nd-array.ts";
import { zarrNode } from "../../commit/object-path.ts";
import type { Transaction } from "../../commit/write/transaction.ts";
import { parseArtifactName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { artifactArray, artifactGroups } from "../layout.ts";
import type { Attributes } from "../nodes/node-cache.ts";
import { readArrayMetadata, readArrayRegion, writeArray } from "./array-objects.ts";
import { encodeNode, type RecordObjects } from "./record-objects.ts";

export interface SaveArrayArtifactOptions extends ReadOptions {
  /** Default: those of the rank, `a0…aN` where it has none. */
  readonly axes?: readonly string[];
  readonly chunks?: readonly number[];
  readonly attributes?: Attributes;
}

/** The artifacts of an image that are arrays, each with the groups above it. */
export class ArrayArtifacts {
  readonly #objects: RecordObjects;

  constructor(objects: RecordObjects) {
    this.#objects = objects;
  }

  /** Replaces the array artifact of that name. @throws {ZarrStoreError} `invalid_argument`, `not_found` */
  async save(name: string, array: NdArray, options: SaveArrayArtifactOptions = {}): Promise<void> {
    const { id } = this.#objects;
    const parsed = parseArtifactName(name);
    const rank = array.shape.length;
    const axes = validateAxes(options.axes ?? defaultAxes(rank), rank);
    await this.#objects.change(`save array ${name}`, options, async (transaction, objects) => {
      const prefix = artifactArray(id, parsed);
      const { chunks, attributes } = options;
      for (const path of await objects.pathsBelow(prefix)) {
        await transaction.delete(path);
      }
      await writeArray(objects.session, transaction, prefix, array, { axes, chunks, attributes });
      for (const node of artifactGroups(id, parsed).map(zarrNode)) {
        if ((await transaction.hash(node)) === undefined) {
          await transaction.put(node, encodeNode({}));
        }
      }
    });
  }

  /** @throws {ZarrStoreError} `not_found` */
  async load(name: string, options: ReadOptions = {}): Promise<NdArray> {
    const prefix = artifactArray(this.#objects.id, parseArtifactName(name));
    return readArrayRegion(this.#objects.session, prefix, undefined, options);
  }

  /** Shape, dtype, chunks, axes and attributes. @throws {ZarrStoreError} `not_found` */
  async open(name: string, options: ReadOptions = {}): Promise<ArrayMetadata> {
    const prefix = artifactArray(this.#objects.id, parseArtifactName(name));
    return readArrayMetadata(this.#objects.session, prefix, options);
  }

  /** The names, nested names whole, sorted. */
  async list(): Promise<readonly string[]> {
    return this.#objects.namesOfKind("array");
  }

  /**
   * Deletes the array, and the groups above it that nothing is left in; says whether there was one. Arrays whose names
   * continue its name stay.
   *
   * @throws {ZarrStoreError} `not_found`
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

/** From the innermost group outwards, as far as each holds nothing but its own node. */
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
