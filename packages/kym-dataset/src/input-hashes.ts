import { artifactKeys, type FoundArtifact, findArtifact, type ObjectHashes } from "./artifact-ref.ts";
import type { Indexer } from "./indexer.ts";
import { type HashText, sha256Hex } from "./sha256-hex.ts";

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

const ATTRIBUTES = "zarr.json";
const PIXELS = "data/";

/** What was made of maps that never change, as long as they are there: see `ZarrDataset.imageObjectHashes`. */
const known = new WeakMap<Indexer, WeakMap<ObjectHashes, InputHashes>>();

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
    ofIndexer = new WeakMap();
    known.set(indexer, ofIndexer);
  }
  const before = ofIndexer.get(hashes);
  if (before !== undefined) {
    return before;
  }
  const made = makeInputHashes(indexer, hashes, hashText);
  ofIndexer.set(hashes, made);
  return made;
}

function makeInputHashes(indexer: Indexer, hashes: ObjectHashes, hashText: HashText): InputHashes {
  const input = findArtifact(indexer.inputs, hashes);
  const isAnalysed = input !== undefined || indexer.inputs.length === 0;
  const pixelKeys = indexer.usesPixels ? [...hashes.keys()].filter((key) => key.startsWith(PIXELS)) : [];
  const sourceKeys = [ATTRIBUTES, ...indexer.sources.flatMap(artifactKeys)];
  return {
    input,
    inputsSha256: isAnalysed
      ? hashOfKeys(input ? [input.key, ...pixelKeys] : pixelKeys, hashes, hashText)
      : undefined,
    sourcesSha256: hashOfKeys(sourceKeys, hashes, hashText),
  };
}

/**
 * The hash of the canonical JSON of `{key: sha256}`; a key without an object is left out. Keys and hashes are plain
 * ASCII that JSON does not escape, so that the text can be put together: this runs for every image of every run.
 */
function hashOfKeys(keys: readonly string[], hashes: ObjectHashes, hashText: HashText): string {
  const members: string[] = [];
  for (const key of new Set(keys)) {
    const sha256 = hashes.get(key);
    if (sha256 !== undefined) {
      members.push(`"${key}":"${sha256}"`);
    }
  }
  return hashText(`{${members.sort().join(",")}}`);
}
