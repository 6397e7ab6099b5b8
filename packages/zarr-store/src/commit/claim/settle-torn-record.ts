// Settles a last record that is cut off, so that the next version can be claimed.
import { isZarrStoreError } from "../../errors.ts";
import { isStoreKey, joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { type CommitRecord, decodeCommitRecord } from "../log/commit-record.ts";
import {
  COMMITS,
  commitKey,
  heldRecordKey,
  obstacleKey,
  STAGING,
  stagedKey,
  stagedRecordKey,
  stagingEntryKind,
} from "../log/control-keys.ts";
import { isTornRecord } from "../log/torn-record.ts";
import { removeEmptyDirectories } from "../publish/empty-directories.ts";
import { isTornCopy } from "../torn-copy.ts";

const NOTHING = new Uint8Array();

/**
 * Finishes a last record that is cut off, from the whole one that its writer staged, or sets it aside where none fits. The
 * caller holds the lock and has just refreshed the log.
 *
 * The writer may only be asleep. So the record is first moved away, which takes along what the writer still writes, and is
 * looked at again: if it is whole by now, it gets its name back. Names are given by put-if-absent only, so that nothing that
 * was claimed meanwhile is replaced, and a writer that wakes up reads whose record has the name.
 *
 * @returns the version whose record was settled, if there was one to settle
 */
export async function settleTornRecord(context: CommitContext): Promise<number | undefined> {
  const { store, log, logger } = context;
  const { torn } = log;
  const version = log.head.version + 1;
  if (torn?.version !== version) {
    return undefined;
  }
  const refuge = obstacleKey(context.runtime.newId());
  const path = await moveAway(context, version, refuge);
  if (path !== undefined) {
    const moved = joinKey(refuge, path);
    const bytes = (await store.get(moved)) ?? NOTHING;
    const whole = isTornRecord(bytes) ? await findStaged(context, version, bytes) : moved;
    if (whole !== undefined && (await store.putNew(commitKey(version), whole))) {
      await store.sync([COMMITS]);
      await store.remove(moved);
      await removeEmptyDirectories(context, refuge, path);
      logger.warn(`commit record ${version} was cut off and is whole again, from ${whole}`);
    } else {
      logger.warn(
        `commit record ${version} was cut off, and no staged record fits: it was not committed, and is kept as ${moved}`,
      );
    }
  }
  await log.refresh();
  return version;
}

/** Moves what has the name of a version below a refuge. Returns the path of the record there; undefined if it is gone. */
async function moveAway(
  context: CommitContext,
  version: number,
  refuge: StoreKey,
): Promise<StoreKey | undefined> {
  const { store } = context;
  const key = commitKey(version);
  const isFolder = (await store.stat(key))?.kind === "directory";
  const target = joinKey(refuge, key);
  await store.makeDirectory(parentKey(target) ?? refuge);
  if ((await store.move(key, target)) !== "moved") {
    await removeEmptyDirectories(context, refuge, key);
    return undefined;
  }
  return isFolder ? heldRecordKey(version) : key;
}

/**
 * Finds the staged record that a torn one is the beginning of: it follows the head, its writer was not barred, and all of
 * its files are staged whole. Any that fits may be committed; its writer has sealed it and learns of it from the log.
 */
async function findStaged(
  context: CommitContext,
  version: number,
  torn: Uint8Array,
): Promise<StoreKey | undefined> {
  const { store, log } = context;
  for (const { name } of await store.list(STAGING)) {
    const isCandidate =
      isStoreKey(name) && stagingEntryKind(name) === "transaction" && !log.head.isAborted(name);
    const bytes = isCandidate ? await store.get(stagedRecordKey(name)) : undefined;
    const record = bytes && (await decodeIfWhole(context, bytes, version));
    const fits =
      bytes !== undefined &&
      record?.txid === name &&
      record.parentSha256 === log.head.recordSha256 &&
      isTornCopy(torn, bytes);
    if (fits && (await isStagedWhole(context, record))) {
      return stagedRecordKey(name);
    }
  }
  return undefined;
}

async function decodeIfWhole(
  { runtime }: CommitContext,
  bytes: Uint8Array,
  version: number,
): Promise<CommitRecord | undefined> {
  try {
    return await decodeCommitRecord(bytes, version, runtime.sha256);
  } catch (error) {
    if (isZarrStoreError(error, "integrity", "not_supported")) {
      return undefined;
    }
    throw error;
  }
}

async function isStagedWhole({ store, runtime }: CommitContext, record: CommitRecord): Promise<boolean> {
  for (const op of record.ops) {
    const bytes = op.op === "put" ? await store.get(stagedKey(record.txid, op.path)) : undefined;
    if (op.op === "put" && (bytes === undefined || (await runtime.sha256(bytes)) !== op.sha256)) {
      return false;
    }
  }
  return true;
}
