import { isPixelKey, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import {
  artifactKeys,
  type FoundArtifact,
  findArtifact,
  type ObjectHashes,
} from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import { type HashText, sha256Hex } from "../indexer/sha256-hex.ts";

/** What an image's rows are made from, as the manifest has it. */
export interface InputHashes {
  /** The input artifact; undefined if the indexer declares none or the image has none of them. */
  readonly input: FoundArtifact | undefined;
  /** Of the input artifact and, where they count, the pixels; undefined for an image that was not analysed. */
  readonly inputsSha256: string | undefined;
  /** Of the artifacts that params and context are read from, and of the record's attributes. */
  readonly sourcesSha256: string;
}

/** Hashes what an indexer reads of an image, from the hashes of its objects. Nothing is opened. */
export class InputHasher {
  readonly #indexer: Indexer;
  readonly #sourceKeys: readonly string[];
  readonly #hashText: HashText;
  /** By maps that never change (`ZarrDataset.imageObjectHashes`). */
  readonly #made = new WeakMap<ObjectHashes, InputHashes>();

  constructor(indexer: Indexer, hashText: HashText = sha256Hex) {
    this.#indexer = indexer;
    this.#sourceKeys = inOrder([ZARR_NODE_NAME, ...indexer.sources.flatMap(artifactKeys)]);
    this.#hashText = hashText;
  }

  /** What the rows of an image are made from. Hashed once for each map. */
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

  /** True if rows would be made from the same objects now as then. Compares, and hashes nothing. */
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

/** Each once, in the order in which they are hashed: that of the JSON members that they make. */
function inOrder(keys: readonly string[]): readonly string[] {
  return Array.from(new Set(keys), (key) => `${key}"`)
    .sort()
    .map((member) => member.slice(0, -1));
}

/**
 * The canonical JSON of `{key: sha256}`; a key without an object is left out. Keys and hashes are plain ASCII that JSON
 * does not escape, so that the text can be put together: this runs for every image.
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
