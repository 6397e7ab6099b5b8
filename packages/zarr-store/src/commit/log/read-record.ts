// Reads the bytes of a commit record, wherever a claim put it.
import type { ReadableStore } from "../../store/key-value-store.ts";
import type { ClaimMethod } from "./commit-record.ts";
import { commitKey, heldRecordKey } from "./control-keys.ts";

type Reads = Pick<ReadableStore, "get">;

/** The bytes of a record that is not packed: the file `<version>.json`, or `record.json` in the folder of that name. */
export async function readRecord(
  store: Reads,
  version: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return (await store.get(commitKey(version))) ?? store.get(heldRecordKey(version));
}

/**
 * The same of a version after the head. Where versions are claimed by links, the next one is a file: a record that changes
 * the method is itself claimed by a file. So one question is enough in the common case.
 */
export async function readNextRecord(
  store: Reads,
  version: number,
  claim: ClaimMethod | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return claim === "folder" ? readRecord(store, version) : store.get(commitKey(version));
}
