// Settles a last record that is cut off, so that the next version can be claimed.
import { isZarrStoreError } from "../../errors.ts";
import { joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { listStaging } from "../list-staging.ts";
import { removeEmptyDirectories } from "../publish/empty-directories.ts";
import { type CommitRecord, decodeCommitRecord } from "../records/commit-record.ts";
import {
  COMMITS,
  commitKey,
  heldRecordKey,
  obstacleKey,
  probeKey,
  stagedKeys,
  stagedOwnerKey,
  stagedRecordKey,
  stagingEntryKind,
} from "../records/control-keys.ts";
import { decodeOwner } from "../records/lock-owner.ts";
import { isTornRecord } from "../records/torn-record.ts";
import { isTornCopy } from "../torn-copy.ts";
import { discardClaim } from "./claim-version.ts";

const NOTHING = new Uint8Array();

/** A staged record that a torn one may be the beginning of. */
interface StagedRecord {
  readonly key: StoreKey;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether its writer has certainly ended. */
  readonly isDead: boolean;
}

/**
 * Finishes a last record that is cut off, from the whole one that its writer staged, or sets it aside where none fits. The
 * caller holds the lock and has just refreshed the log.
 *
 * The writer may only be asleep, and another may have settled the record meanwhile. If it is clear which staged record it is,
 * see {@link claimantOf}, that one takes the name by a rename, so that the name is never free. Otherwise the torn record is
 * moved away, which takes along what its writer still writes, and is looked at again: if it is whole by now, it gets its name
 * back. Names that are free are given by put-if-absent only. A writer that wakes up reads whose record has the name.
 *
 * @returns the version whose record was settled, if there was one to settle
 */
export async function settleTornRecord(context: CommitContext): Promise<number | undefined> {
  const { log, logger } = context;
  const { torn } = log;
  const version = log.head.version + 1;
  if (torn?.version !== version) {
    return undefined;
  }
  const claimant = claimantOf(await findStaged(context, version, torn.bytes));
  const source =
    claimant !== undefined && (await writeOver(context, version, claimant.bytes))
      ? claimant.key
      : await moveAwayAndClaim(context, version);
  await log.refresh();
  if (source !== undefined) {
    // A claim that its writer had staged as well is not needed any more.
    await (log.head.version === version && discardClaim(context, log.head.txid));
    logger.warn(`commit record ${version} was cut off and is whole again, from ${source}`);
  }
  return version;
}

/**
 * Picks the record that may take the name: that of the only writer that may still live, since it may have created the torn
 * one and be writing on; if all are dead, any, since none of them was answered. Undefined if several may live, or none fits.
 */
function claimantOf(fits: readonly StagedRecord[]): StagedRecord | undefined {
  const living = fits.filter(({ isDead }) => !isDead);
  return living.length > 1 ? undefined : (living[0] ?? fits[0]);
}

/** Puts a whole record in the place of a torn one. Returns false if a folder has the name. */
async function writeOver(
  { store, runtime }: CommitContext,
  version: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const folder = probeKey(runtime.newId());
  const copy = joinKey(folder, "record");
  await store.put(copy, bytes);
  await store.sync([copy]);
  const outcome = await store.move(copy, commitKey(version));
  await store.remove(copy);
  await store.remove(folder);
  await store.sync([COMMITS]);
  return outcome === "moved";
}

/** Returns what the record was finished from; undefined, after a warning, if it stays aside. */
async function moveAwayAndClaim(context: CommitContext, version: number): Promise<StoreKey | undefined> {
  const { store, runtime, logger } = context;
  const refuge = obstacleKey(runtime.newId());
  const path = await moveAway(context, version, refuge);
  if (path === undefined) {
    return undefined;
  }
  const moved = joinKey(refuge, path);
  const bytes = (await store.get(moved)) ?? NOTHING;
  const fits = isTornRecord(bytes) ? await findStaged(context, version, bytes) : [];
  const whole = isTornRecord(bytes) ? (claimantOf(fits) ?? fits[0])?.key : moved;
  if (whole !== undefined && (await store.putNew(commitKey(version), whole))) {
    await store.sync([COMMITS]);
    await store.remove(moved);
    await removeEmptyDirectories(context, refuge, path);
    return whole;
  }
  logger.warn(
    `commit record ${version} was cut off, and no staged record fits: it was not committed, and is kept as ${moved}`,
  );
  return undefined;
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
  if (isFolder) {
    await store.makeDirectory(parentKey(target) ?? refuge);
  } else {
    // Onto a file only a file can be renamed: a folder that has claimed the version meanwhile stays.
    await store.put(target, NOTHING);
  }
  if ((await store.move(key, target)) !== "moved") {
    await store.remove(target);
    await removeEmptyDirectories(context, refuge, key);
    return undefined;
  }
  return isFolder ? heldRecordKey(version) : key;
}

/**
 * Finds the staged records that a torn one may be the beginning of: they follow the head, their writers were not barred, and
 * all of their files are staged whole. Any of them may be committed: its writer has sealed it and learns of it from the log.
 */
async function findStaged(
  context: CommitContext,
  version: number,
  torn: Uint8Array,
): Promise<readonly StagedRecord[]> {
  const { store, log, runtime } = context;
  const found: StagedRecord[] = [];
  for (const name of await listStaging(store)) {
    const isCandidate = stagingEntryKind(name) === "transaction" && !log.head.isAborted(name);
    const bytes = isCandidate ? await store.get(stagedRecordKey(name)) : undefined;
    const record = bytes && (await decodeIfWhole(context, bytes, version));
    const fits =
      bytes !== undefined &&
      record?.txid === name &&
      record.parentSha256 === log.head.recordSha256 &&
      isTornCopy(torn, bytes);
    if (fits && (await isStagedWhole(context, record))) {
      const owner = decodeOwner(await store.get(stagedOwnerKey(name)));
      const isDead = owner !== undefined && runtime.writerState(owner) === "dead";
      found.push({ key: stagedRecordKey(name), bytes, isDead });
    }
  }
  return found;
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
    if (op.op === "put") {
      const [alone, inFolder] = stagedKeys(record.txid, op.path);
      const bytes = (alone && (await store.get(alone))) ?? (inFolder && (await store.get(inFolder)));
      if (bytes === undefined || (await runtime.sha256(bytes)) !== op.sha256) {
        return false;
      }
    }
  }
  return true;
}
