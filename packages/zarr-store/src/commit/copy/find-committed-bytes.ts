// Finds the bytes that a commit put at a path, wherever they are by now, beside writers that move and replace them.

import { isZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { isListableStore } from "../../store/read-only-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { isTooLarge } from "../../store/unreadable.ts";
import { bytesWithHash, committedLineEnds } from "../foreign/other-line-ends.ts";
import type { CommittedObject } from "../log/head.ts";
import { historyKey, keyInAside, STAGING, stagedKeys, stagingEntryKind } from "../records/control-keys.ts";

/** An object, as a version has it. */
export type WantedObject = Pick<CommittedObject, "sha256" | "sizeBytes" | "txid">;

export interface FoundBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** False if what is at the path of the object has other bytes, or nothing is there. */
  readonly isInPlace: boolean;
}

/**
 * Returns the bytes of an object: from its path, also where git changed the line ends, the staging of its transaction, an aside, or
 * the history. Undefined if they are in none of these.
 *
 * @throws {ZarrStoreError} `io`, `aborted`
 */
export async function findCommittedBytes(
  store: ReadableStore,
  { sha256 }: Pick<Runtime, "sha256">,
  path: StoreKey,
  object: WantedObject,
  options: ReadOptions = {},
): Promise<FoundBytes | undefined> {
  const read = async (key: StoreKey): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const bytes = await getUnlessTooLarge(store, key, object.sizeBytes, options);
    const isIt = bytes?.length === object.sizeBytes && (await sha256(bytes)) === object.sha256;
    return isIt ? bytes : undefined;
  };
  for (const key of [path, ...stagedKeys(object.txid, path)]) {
    const bytes = await read(key);
    if (bytes !== undefined) {
      return { bytes, isInPlace: true };
    }
  }
  // A line end of one byte may have become two.
  const changed = await getUnlessTooLarge(store, path, 2 * object.sizeBytes, options);
  const sameText = changed && (await committedLineEnds({ sha256 }, object, changed));
  if (sameText !== undefined) {
    return { bytes: sameText, isInPlace: true };
  }
  const staged = isListableStore(store) ? await store.list(STAGING) : [];
  const asides = staged.filter(({ name }) => stagingEntryKind(name) === "aside");
  for (const key of asides.flatMap(({ name }) => keyInAside(name, path) ?? [])) {
    const bytes = await read(key);
    if (bytes !== undefined) {
      return { bytes, isInPlace: false };
    }
  }
  const kept = await getUnlessTooLarge(store, historyKey(object.sha256), 2 * object.sizeBytes, options);
  const bytes = kept && (await bytesWithHash({ sha256 }, object.sha256, kept));
  if (bytes !== undefined) {
    return { bytes, isInPlace: false };
  }
  const putBack = await read(path);
  return putBack && { bytes: putBack, isInPlace: true };
}

/** A file that is larger than the object, or at or below a link, is not it. */
async function getUnlessTooLarge(
  store: ReadableStore,
  key: StoreKey,
  expectedBytes: number,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await store.get(key, { ...options, expectedBytes });
  } catch (error) {
    if (isTooLarge(error) || isZarrStoreError(error, "invalid_name")) {
      return undefined;
    }
    throw error;
  }
}
