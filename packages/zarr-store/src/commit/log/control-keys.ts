// The names of the commit protocol's own files and folders, `__commits` and `__staging`.

import { joinKey, type StoreKey } from "../../store/store-key.ts";

/** The protocol's folders. The Zarr v3 core specification, "Node names", reserves names that begin with `__`. */
export const COMMITS: StoreKey = joinKey("__commits");
export const STAGING: StoreKey = joinKey("__staging");
export const CHECKPOINT: StoreKey = joinKey(COMMITS, "checkpoint.json.gz");
export const LOCK: StoreKey = joinKey(STAGING, "lock");

const ASIDE = "aside-";
const OBSTACLE = "obstacle-";
const STALE_LOCK = "stale-lock-";
const CLOCK = "clock-";
const LOCK_OWNER = "owner-";
/** Files in a transaction's staging directory that are not objects. */
const STAGED_RECORD = "__commit.json";
const STAGED_OWNER = "__owner.json";

export function commitKey(version: number): StoreKey {
  return joinKey(COMMITS, `${String(version).padStart(20, "0")}.json`);
}

/** Returns the version of the record that has this file name in {@link COMMITS}; undefined for any other name. */
export function versionOfRecord(name: string): number | undefined {
  const version = Number(/^(\d{20})\.json$/.exec(name)?.[1]);
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

export function stagingOf(txid: string): StoreKey {
  return joinKey(STAGING, txid);
}

export function stagedKey(txid: string, path: string): StoreKey {
  return joinKey(STAGING, txid, path);
}

export function stagedRecordKey(txid: string): StoreKey {
  return joinKey(STAGING, txid, STAGED_RECORD);
}

export function stagedOwnerKey(txid: string): StoreKey {
  return joinKey(STAGING, txid, STAGED_OWNER);
}

export function asideKey(id: string): StoreKey {
  return joinKey(STAGING, ASIDE + id);
}

export function obstacleKey(id: string): StoreKey {
  return joinKey(STAGING, OBSTACLE + id);
}

export function staleLockKey(id: string): StoreKey {
  return joinKey(STAGING, STALE_LOCK + id);
}

/**
 * The file that names the holder of the lock. The holder shows that it is alive by renaming the file between two names.
 * Only an existing file can be renamed, so a holder whose lock was taken over cannot bring it back.
 */
export function lockOwnerKey(txid: string, turn: 0 | 1): StoreKey {
  return joinKey(LOCK, `${LOCK_OWNER}${txid}.${turn}`);
}

export function isLockOwner(name: string): boolean {
  return name.startsWith(LOCK_OWNER);
}

/** Whether a name is the remains of a lock that was taken over. */
export function isStaleLock(name: string): boolean {
  return name.startsWith(STALE_LOCK);
}

/** The key of a file that is written to read the store's clock. */
export function clockKey(id: string): StoreKey {
  return joinKey(STAGING, CLOCK + id);
}

export function isClock(name: string): boolean {
  return name.startsWith(CLOCK);
}

/** Whether a path is reserved for the protocol's own files, so that no object may have it. */
export function isReservedPath(path: string): boolean {
  return path.startsWith("__");
}

export type StagingEntryKind = "transaction" | "aside" | "obstacle" | "lock";

/** Says what an entry directly below `__staging` is, by its name. */
export function stagingEntryKind(name: string): StagingEntryKind {
  if (name.startsWith(ASIDE)) {
    return "aside";
  }
  if (name.startsWith(OBSTACLE)) {
    return "obstacle";
  }
  const isOfLock = name === "lock" || isStaleLock(name) || isClock(name);
  return isOfLock ? "lock" : "transaction";
}
