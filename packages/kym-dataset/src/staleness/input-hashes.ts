// Combines the hashes of the objects that an image's rows are made from, without opening any of them.

import { isPixelKey, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import {
  artifactKeys,
  type FoundArtifact,
  findArtifact,
  type ObjectHashes,
} from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import { type HashText, sha256Hex } from "../indexer/sha256-hex.ts";

/** The combined hashes of what an image's rows are made from, computed from the manifest. */
export interface InputHashes {
  /** The input artifact; undefined if the indexer declares no inputs, or the image has none of them. */
  readonly input: FoundArtifact | undefined;
  /** Over the input artifact and, if used, the pixels; undefined for an image that was not analysed. */
  readonly inputsSha256: string | undefined;
  /** Over the artifacts that params and context are read from, and the record's attributes. */
  readonly sourcesSha256: string;
}

/** Hashes what an indexer reads from an image, using the hashes of its objects. Reads nothing. */
export class InputHasher {
  readonly #indexer: Indexer;
  readonly #sourceKeys: readonly string[];
  readonly #hashText: HashText;
  /** Results by map: `ZarrDataset.imageObjectHashes` returns maps that never change. */
  readonly #made = new WeakMap<ObjectHashes, InputHashes>();

  constructor(indexer: Indexer, hashText: HashText = sha256Hex) {
    this.#indexer = indexer;
    this.#sourceKeys = inOrder([ZARR_NODE_NAME, ...indexer.sources.flatMap(artifactKeys)]);
    this.#hashText = hashText;
  }

  /** Hashes what the rows of an image are made from. Each map is hashed once. */
  hashesOf(objects: ObjectHashes): InputHashes {
    const before = this.#made.get(objects);
    if (before !== undefined) {
      return before;
    }
    const { input, inputs, sources } = this.#textsOf(objects);
    const made: InputHashes = {
      input,
      inputsSha256: inputs === undefined ? undefined : this.#hashText(inputs),
      sourcesSha256: this.#hashText(sources),
    };
    this.#made.set(objects, made);
    return made;
  }

  /** True if rows would be made from the same objects now as then. Compares without hashing. */
  areSame(then: ObjectHashes, now: ObjectHashes): boolean {
    if (then === now) {
      return true;
    }
    const [before, after] = [this.#textsOf(then), this.#textsOf(now)];
    return before.inputs === after.inputs && before.sources === after.sources;
  }

  /** The texts that are hashed; `inputs` is undefined for an image that was not analysed. */
  #textsOf(objects: ObjectHashes): {
    readonly input: FoundArtifact | undefined;
    readonly inputs: string | undefined;
    readonly sources: string;
  } {
    const indexer = this.#indexer;
    const input = findArtifact(indexer.inputs, objects);
    const isAnalysed = input !== undefined || indexer.inputs.length === 0;
    return {
      input,
      inputs: isAnalysed ? textOfKeys(keysOfInput(input, indexer, objects), objects) : undefined,
      sources: textOfKeys(this.#sourceKeys, objects),
    };
  }
}

function keysOfInput(
  input: FoundArtifact | undefined,
  { usesPixels }: Indexer,
  hashes: ObjectHashes,
): readonly string[] {
  const keys = input === undefined ? [] : [input.key];
  if (!usesPixels) {
    return keys;
  }
  for (const key of hashes.keys()) {
    if (isPixelKey(key)) {
      keys.push(key);
    }
  }
  return inOrder(keys);
}

/** Sorts keys, without duplicates, as the JSON members `"key"` sort: the order in which they are hashed. */
function inOrder(keys: readonly string[]): readonly string[] {
  return Array.from(new Set(keys), (key) => `${key}"`)
    .sort()
    .map((member) => member.slice(0, -1));
}

/**
 * Writes the canonical JSON of `{key: sha256}`, without the keys that have no object. Keys and hashes are ASCII that
 * JSON does not escape, so the text is simply concatenated: this runs for every image.
 */
function textOfKeys(keys: readonly string[], hashes: ObjectHashes): string {
  let members = "";
  for (const key of keys) {
    const sha256 = hashes.get(key);
    if (sha256 !== undefined) {
      members += `${members === "" ? "" : ","}"${key}":"${sha256}"`;
    }
  }
  return `{${members}}`;
}
