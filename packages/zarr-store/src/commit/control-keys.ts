import { type StoreKey, joinKey } from "../store/store-key.ts";

/** Where the commit protocol keeps its own files; the Zarr v3 specification reserves names that begin with `__`. */
export const COMMITS: StoreKey = joinKey("__commits");
export const STAGING: StoreKey = joinKey("__staging");
export const CHECKPOINT: StoreKey = joinKey(COMMITS, "checkpoint.json.gz");
export const LOCK: StoreKey = joinKey(STAGING, "lock");
export const LOCK_OWNER: StoreKey = joinKey(LOCK, "owner.json");

const ASIDE = "aside-";
const OBSTACLE = "obstacle-";
const STALE_LOCK = "stale-lock-";
/** Names in a transaction's staging directory that are no object's. */
const STAGED_RECORD = "__commit.json";
const STAGED_OWNER = "__owner.json";

export function commitKey(version: number): StoreKey {
  return joinKey(COMMITS, `${String(version).padStart(20, "0")}.json`);
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

export type StagingEntryKind = "transaction" | "aside" | "obstacle" | "lock";

/** What a name directly below `__staging` is. */
export function stagingEntryKind(name: string): StagingEntryKind {
  if (name.startsWith(ASIDE)) {
    return "aside";
  }
  if (name.startsWith(OBSTACLE)) {
    return "obstacle";
  }
  return name === "lock" || name.startsWith(STALE_LOCK) ? "lock" : "transaction";
}
