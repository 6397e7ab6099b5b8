// Reads the bytes of a commit record, wherever a claim put it.

import type { ReadableStore } from "../../store/key-value-store.ts";
import type { ClaimMethod } from "./commit-record.ts";
import { commitKey, heldRecordKey } from "./control-keys.ts";
import { isTornRecord } from "./torn-record.ts";

type Reads = Pick<ReadableStore, "get">;

/**
 * The bytes of a record that is not packed: the file `<version>.json`, or `record.json` in the folder of that name. Where
 * folders claim versions, the folder is asked first: a server may answer for a folder with a page of its own.
 */
export async function readStoredRecord(
  store: Reads,
  version: number,
  claim?: ClaimMethod,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (claim === "folder") {
    return (await store.get(heldRecordKey(version))) ?? store.get(commitKey(version));
  }
  const file = await store.get(commitKey(version));
  return file !== undefined && !isTornRecord(file)
    ? file
    : ((await store.get(heldRecordKey(version))) ?? file);
}

/**
 * The same of a version after the head. Where versions are claimed by links, the next one is a file: a record that changes
 * the method is itself claimed by a file. So one question is enough in the common case. Where they are claimed by folders,
 * the folder is asked for first, so that a web server has no 404 to answer.
 */
export async function readNextRecord(
  store: Reads,
  version: number,
  claim: ClaimMethod | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return claim === "folder" ? readStoredRecord(store, version, claim) : store.get(commitKey(version));
}
