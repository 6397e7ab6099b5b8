// Reads the bytes of a commit record, wherever a claim put it.

import { withLf } from "../../bytes/line-ends.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import type { ClaimMethod } from "./commit-record.ts";
import { commitKey, heldRecordKey } from "./control-keys.ts";
import { isTornRecord } from "./torn-record.ts";

type Reads = Pick<ReadableStore, "get">;

/**
 * The bytes of a record that is not packed: the file `<version>.json`, or `record.json` in the folder of that name. Where
 * folders claim versions, the folder is asked first: a server may answer for a folder with a page of its own.
 *
 * A record has LF at the end of each line and no other; where git has made them CRLF, they are LF again here.
 */
export async function readStoredRecord(
  reads: Reads,
  version: number,
  claim?: ClaimMethod,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const store = withRecordLineEnds(reads);
  if (claim === "folder") {
    return (await store.get(heldRecordKey(version))) ?? store.get(commitKey(version));
  }
  const file = await store.get(commitKey(version));
  return file !== undefined && !isTornRecord(file)
    ? file
    : ((await store.get(heldRecordKey(version))) ?? file);
}

function withRecordLineEnds(store: Reads): Reads {
  return {
    get: async (key, options) => {
      const bytes = await store.get(key, options);
      return bytes && withLf(bytes);
    },
  };
}

export interface ReadNextRecordsOptions {
  readonly claim: ClaimMethod | undefined;
  /** How many are asked for at a time. With 1, none is asked for after one that is missing. */
  readonly concurrency: number;
}

/**
 * The same of the `count` versions from `first` on, which is the one after the head. Where versions are claimed by links, the
 * next one is a file: a record that changes the method is itself claimed by a file. So one question is enough in the common
 * case. Where they are claimed by folders, the folder is asked for first, so that a web server has no 404 to answer.
 */
export async function readNextRecords(
  store: Reads,
  first: number,
  count: number,
  { claim, concurrency }: ReadNextRecordsOptions,
): Promise<readonly (Uint8Array<ArrayBuffer> | undefined)[]> {
  const found = new Array<Uint8Array<ArrayBuffer> | undefined>(count);
  const read = async (index: number): Promise<void> => {
    if (concurrency > 1 || index === 0 || found[index - 1] !== undefined) {
      const version = first + index;
      found[index] = await (claim === "folder"
        ? readStoredRecord(store, version, claim)
        : withRecordLineEnds(store).get(commitKey(version)));
    }
  };
  await runBounded(found.keys(), read, { concurrency });
  return found;
}
