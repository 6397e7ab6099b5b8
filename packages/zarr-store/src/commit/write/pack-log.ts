// Moves old commit records into packs, so that the log stays small.

import { ZarrStoreError } from "../../errors.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import type { Head } from "../log/head.ts";
import { decodeCommitPack, encodeCommitPack } from "../records/commit-pack.ts";
import {
  COMMITS,
  commitKey,
  firstOfBlock,
  heldRecordKey,
  lastOfBlock,
  packKey,
} from "../records/control-keys.ts";
import { listLog } from "../records/log-gap.ts";
import { readStoredRecord } from "../records/read-record.ts";
import { replaceFile } from "../records/replace-file.ts";
import { mayBePacked } from "../records/stored-records.ts";

const READS_AT_ONCE = 16;

/** A block of the log, by the versions of it that may be packed. */
export interface PackableBlock {
  readonly from: number;
  readonly to: number;
}

/**
 * Lists the blocks that have records to pack, oldest first. A block is packed when it ends at least 1 000 versions below
 * the head. The first record of format 2 stays a file, and so does every older one: programs that know only version 2 look
 * for them.
 */
export async function packableBlocks(
  store: Pick<KeyValueStore, "list">,
  { version: newest, firstOfFormat2 }: Pick<Head, "version" | "firstOfFormat2">,
): Promise<readonly PackableBlock[]> {
  if (firstOfFormat2 === undefined || !mayBePacked(firstOfFormat2 + 1, newest)) {
    return [];
  }
  const { versions } = await listLog(store);
  const old = versions.filter((version) => version > firstOfFormat2 && mayBePacked(version, newest));
  return [...new Set(old.map(firstOfBlock))].map((first) => ({
    from: Math.max(first, firstOfFormat2 + 1),
    to: lastOfBlock(first),
  }));
}

/**
 * Packs one block, under the lock: the pack is written beside, flushed, put in place and read back, and the folder is
 * flushed. Only then do the records go, oldest first. A pack that is there already, of a session that was interrupted, is
 * used; what is left of its records goes.
 *
 * @throws {ZarrStoreError} `integrity` if a record or the pack is damaged, `io`. No record is removed then
 */
export async function packBlock(
  context: CommitContext,
  { from, to }: PackableBlock,
  durability: "batched" | "none",
): Promise<void> {
  const { store, runtime } = context;
  const key = packKey(from);
  if ((await store.stat(key)) === undefined) {
    const texts = await readTexts(store, from, to);
    // A pack that another session wrote meanwhile is the truth; a file under its numbers is not.
    if (texts === undefined || (await store.stat(key)) !== undefined) {
      return;
    }
    const bytes = await encodeCommitPack(texts);
    if (bytes === undefined) {
      return;
    }
    await decodeCommitPack(bytes, firstOfBlock(from), runtime.sha256);
    await putPack(context, key, bytes, durability);
  }
  const stored = await store.get(key);
  const pack = stored && (await decodeCommitPack(stored, firstOfBlock(from), runtime.sha256));
  for (let version = from; version <= to; version++) {
    if (pack?.has(version) !== true) {
      throw new ZarrStoreError("integrity", `${key} has no record ${version}`, { path: key, found: version });
    }
  }
  if (durability === "batched") {
    await store.sync([key, COMMITS]);
  }
  for (let version = from; version <= to; version++) {
    if ((await store.remove(commitKey(version))) === "not_empty") {
      await store.remove(heldRecordKey(version));
      await store.remove(commitKey(version));
    }
  }
}

/** Reads the records of a block as files; undefined if one is missing. */
async function readTexts(
  store: KeyValueStore,
  from: number,
  to: number,
): Promise<readonly Uint8Array<ArrayBuffer>[] | undefined> {
  const found = new Array<Uint8Array<ArrayBuffer> | undefined>(to - from + 1);
  const read = async (index: number): Promise<void> => {
    found[index] = await readStoredRecord(store, from + index);
  };
  await runBounded(found.keys(), read, { concurrency: READS_AT_ONCE });
  const texts = found.filter((bytes) => bytes !== undefined);
  return texts.length === found.length ? texts : undefined;
}

async function putPack(
  { store, runtime }: CommitContext,
  key: StoreKey,
  bytes: Uint8Array<ArrayBuffer>,
  durability: "batched" | "none",
): Promise<void> {
  const txid = `pack-${runtime.newId()}`;
  await replaceFile(store, key, bytes, { txid, writer: runtime.writer, durability });
}
