import { isPixelKey, ZARR_NODE_NAME } from "@kym/zarr-store";
import {
  artifactKeys,
  type FoundArtifact,
  findArtifact,
  type ObjectHashes,
} from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import { type HashText, sha256Hex } from "../indexer/sha256-hex.ts";

/** What an image's rows are made from, as the manifest has it. */
export interface InputHashes extends SeenHashes {
  /** The input artifact; undefined if the indexer declares none or the image has none of them. */
  readonly input: FoundArtifact | undefined;
}

/** By this a run knows whether an image is still what it looked at. */
export interface SeenHashes {
  /** Of the input artifact and, where they count, the pixels; undefined for an image that was not analysed. */
  readonly inputsSha256: string | undefined;
  /** Of the artifacts that params and context are read from, and of the record's attributes. */
  readonly sourcesSha256: string;
}

/** Of one indexer: what is looked for, and what was made of maps that never change (`ZarrDataset.imageObjectHashes`). */
interface Known {
  readonly sourceKeys: readonly string[];
  readonly made: WeakMap<ObjectHashes, InputHashes>;
}

const known = new WeakMap<Indexer, Known>();

/**
 * Hashes what an indexer reads of an image, from the hashes of its objects. No I/O: nothing is opened. Of the same
 * indexer and map it is made once.
 */
export function inputHashes(
  indexer: Indexer,
  hashes: ObjectHashes,
  hashText: HashText = sha256Hex,
): InputHashes {
  let ofIndexer = known.get(indexer);
  if (ofIndexer === undefined) {
    const sourceKeys = inOrder([ZARR_NODE_NAME, ...indexer.sources.flatMap(artifactKeys)]);
    ofIndexer = { sourceKeys, made: new WeakMap() };
    known.set(indexer, ofIndexer);
  }
  const { sourceKeys, made } = ofIndexer;
  let inputs = made.get(hashes);
  if (inputs === undefined) {
    const input = findArtifact(indexer.inputs, hashes);
    const isAnalysed = input !== undefined || indexer.inputs.length === 0;
    const inputKeys = isAnalysed ? keysOfInput(input, indexer, hashes) : undefined;
    inputs = {
      input,
      inputsSha256: inputKeys && hashOfKeys(inputKeys, hashes, hashText),
      sourcesSha256: hashOfKeys(sourceKeys, hashes, hashText),
    };
    made.set(hashes, inputs);
  }
  return inputs;
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
 * The hash of the canonical JSON of `{key: sha256}`; a key without an object is left out. Keys and hashes are plain
 * ASCII that JSON does not escape, so that the text can be put together: this runs for every image.
 */
function hashOfKeys(keys: readonly string[], hashes: ObjectHashes, hashText: HashText): string {
  let members = "";
  for (const key of keys) {
    const sha256 = hashes.get(key);
    if (sha256 !== undefined) {
      members += `${members === "" ? "" : ","}"${key}":"${sha256}"`;
    }
  }
  return hashText(`{${members}}`);
}
