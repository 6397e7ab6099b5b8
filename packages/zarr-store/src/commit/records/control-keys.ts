// The names of the commit protocol's own files and folders, `__commits` and `__staging`.

import { joinKey, type StoreKey } from "../../store/store-key.ts";
import { systemFileOwner } from "../../store/system-file.ts";

/** The protocol's folders. The Zarr v3 core specification, "Node names", reserves names that begin with `__`. */
export const COMMITS: StoreKey = joinKey("__commits");
export const STAGING: StoreKey = joinKey("__staging");
export const CHECKPOINT: StoreKey = joinKey(COMMITS, "checkpoint");
/** The checkpoint of a dataset of version 2. It stays as it is when the dataset is upgraded. */
export const OLD_CHECKPOINT: StoreKey = joinKey(COMMITS, "checkpoint.json.gz");
/** A hint for readers that cannot list: the newest version. It is derived and may be behind. */
export const LATEST: StoreKey = joinKey(COMMITS, "latest.json");
/** What commits replaced or deleted, by hash. */
export const HISTORY: StoreKey = joinKey("__history");
/** In a copy that was unpacked: up to which version the history was left behind. */
export const HISTORY_START: StoreKey = joinKey(HISTORY, "starts.json");
/** What was seen of the files at the last look, a file for each machine and file system. It is derived and may be lost. */
export const SEEN: StoreKey = joinKey("__seen");
export const LOCK: StoreKey = joinKey(STAGING, "lock");

const ASIDE = "aside-";
const OBSTACLE = "obstacle-";
/** A kym that does not know this name takes it for an obstacle, which no command removes. */
const HELD = "obstacle-held-";
const STALE_LOCK = "stale-lock-";
const CLOCK = "clock-";
const LOCK_OWNER = "owner-";
const PROBE = "probe-";
const CLAIM = "claim-";
const PACK = "pack-";
const HELD_RECORD = "record.json";
/** Files in a transaction's staging directory that are not objects. */
const STAGED_RECORD = "__commit.json";
const STAGED_OWNER = "__owner.json";
const STAGED_HISTORY = "__history-";
const STAGED_OBJECT = "__object-";
/** File systems allow 255 bytes in a name. */
const MAX_STAGED_NAME_BYTES = 255;

export function commitKey(version: number): StoreKey {
  return joinKey(COMMITS, `${String(version).padStart(20, "0")}.json`);
}

/** Where the record is if its version was claimed by a folder: that of {@link commitKey}. */
export function heldRecordKey(version: number): StoreKey {
  return joinKey(commitKey(version), HELD_RECORD);
}

/** The folder that a writer stages, beside the log, to claim a version with. */
export function claimFolderKey(txid: string): StoreKey {
  return joinKey(COMMITS, CLAIM + txid);
}

/** The record in the folder of {@link claimFolderKey}. */
export function claimRecordKey(txid: string): StoreKey {
  return joinKey(claimFolderKey(txid), HELD_RECORD);
}

/** The transaction whose staged claim has this name in {@link COMMITS}. */
export function txidOfClaim(name: string): string | undefined {
  return name.startsWith(CLAIM) ? name.slice(CLAIM.length) : undefined;
}

/** Records are packed in blocks of so many versions: 1 to 1 000, 1 001 to 2 000, and so on. */
export const BLOCK_VERSIONS = 1000;

/** The first version of the block that a version belongs to. */
export function firstOfBlock(version: number): number {
  return version - ((version - 1) % BLOCK_VERSIONS);
}

export function lastOfBlock(version: number): number {
  return firstOfBlock(version) + BLOCK_VERSIONS - 1;
}

/** The pack of the block that a version belongs to. */
export function packKey(version: number): StoreKey {
  return joinKey(COMMITS, PACK + String(firstOfBlock(version)).padStart(20, "0"));
}

/** Returns the first version of the block whose pack has this name in {@link COMMITS}. */
export function blockOfPack(name: string): number | undefined {
  const first = Number(name.startsWith(PACK) ? /^\d{20}$/.exec(name.slice(PACK.length))?.[0] : undefined);
  return Number.isSafeInteger(first) && first > 0 && firstOfBlock(first) === first ? first : undefined;
}

export function historyKey(sha256: string): StoreKey {
  return joinKey(HISTORY, sha256);
}

/** Whether a name in {@link HISTORY} is that of an object: a SHA-256 in lower-case hexadecimal. */
export function isHistoryName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** Where a transaction writes an object of the history before it gets its name. */
export function stagedHistoryName(sha256: string): StoreKey {
  return joinKey(STAGED_HISTORY + sha256);
}

const RECORD_NAME = /^\d{20}\.json$/;

/** Returns the version of the record that has this file name in {@link COMMITS}; undefined for any other name. */
export function versionOfRecord(name: string): number | undefined {
  const version = RECORD_NAME.test(name) ? Number(name.slice(0, -".json".length)) : 0;
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

/** Returns the version whose record lies in this file, be it a file of its own or in the folder of a claim. */
export function versionOfKey(key: string): number | undefined {
  const [top, name = "", held, ...rest] = key.split("/");
  const isRecord = top === COMMITS && rest.length === 0 && (held === undefined || held === HELD_RECORD);
  return isRecord ? versionOfRecord(name) : undefined;
}

export function stagingOf(txid: string): StoreKey {
  return joinKey(STAGING, txid);
}

/** Where a transaction stages an object of a new image: the image's folder is renamed as a whole. */
export function stagedKey(txid: string, path: string): StoreKey {
  return joinKey(STAGING, txid, path);
}

/**
 * Where a transaction stages an object that is renamed on its own: a single file, its path written into its name. To make,
 * flush and remove the folders of its path would take longer than the commit itself. A path that gives too long a name is
 * staged in its folders.
 */
export function stagedAloneKey(txid: string, path: StoreKey): StoreKey {
  if (!path.includes("/")) {
    return stagedKey(txid, path);
  }
  const name = STAGED_OBJECT + inOneName(path);
  return isNameTooLong(name) ? stagedKey(txid, path) : joinKey(STAGING, txid, name);
}

/** A path as one name of a file. */
function inOneName(path: string): string {
  return path.replaceAll("%", "%25").replaceAll("/", "%2F");
}

function pathInName(name: string): string {
  return name.replaceAll("%2F", "/").replaceAll("%25", "%");
}

function isNameTooLong(name: string): boolean {
  // No character takes more than three bytes for each of its UTF-16 units.
  return (
    name.length * 3 > MAX_STAGED_NAME_BYTES && new TextEncoder().encode(name).length > MAX_STAGED_NAME_BYTES
  );
}

/** Every place where a transaction may have staged an object. The record does not say which it was. */
export function stagedKeys(txid: string, path: StoreKey): readonly StoreKey[] {
  return [...new Set([stagedAloneKey(txid, path), stagedKey(txid, path)])];
}

/** Returns the path of the object that a transaction staged in this file, given by its key below the transaction's folder. */
export function pathOfStaged(file: string): string {
  return file.startsWith(STAGED_OBJECT) ? pathInName(file.slice(STAGED_OBJECT.length)) : file;
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

/**
 * The second name of a file that a commit replaces: a single file, the path written into its name, so that no folder has to be
 * made. A path that gives too long a name is held in an aside like that of a deletion.
 */
export function heldKey(id: string, path: string): StoreKey {
  const name = HELD + inOneName(`${id}/${path}`);
  return isNameTooLong(name) ? joinKey(asideKey(id), path) : joinKey(STAGING, name);
}

/** Returns the path of the file that has this name in {@link STAGING} while a commit replaces it; undefined for any other name. */
export function pathOfHeld(name: string): string | undefined {
  const [id, ...path] = pathInName(name).split("/");
  return id?.startsWith(HELD) && path.length > 0 ? path.join("/") : undefined;
}

/** Where an aside with this name in {@link STAGING} has the file of a path, if it has one. */
export function keyInAside(name: string, path: StoreKey): StoreKey | undefined {
  const held = pathOfHeld(name);
  if (held === undefined) {
    return joinKey(STAGING, name, path);
  }
  return held === path ? joinKey(STAGING, name) : undefined;
}

export function obstacleKey(id: string): StoreKey {
  return joinKey(STAGING, OBSTACLE + id);
}

/** Whether a name in {@link SEEN} is one of ours. */
export function isSeenName(name: string): boolean {
  return /^[0-9a-f]{32}\.json\.gz$/.test(name);
}

/** What was seen in a place, by the name of the place. */
export function seenKey(place: string): StoreKey {
  return joinKey(SEEN, `${place}.json.gz`);
}

/** A folder in which a writer tries out what this place can do. */
export function probeKey(id: string): StoreKey {
  return joinKey(STAGING, PROBE + id);
}

export function isProbe(name: string): boolean {
  return name.startsWith(PROBE);
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

/** `system`: a file of an operating system or a sync client. `copy`: what a sync client kept of a conflict. */
export type StagingEntryKind = "transaction" | "aside" | "obstacle" | "lock" | "system" | "copy";

/** Marks of sync clients that no id has. */
const COPY_MARK = /[ ()[\]]|\.sync-conflict-/;

/** Says what an entry directly below `__staging` is, by its name. */
export function stagingEntryKind(name: string): StagingEntryKind {
  if (name.startsWith(ASIDE) || pathOfHeld(name) !== undefined) {
    return "aside";
  }
  if (name.startsWith(OBSTACLE)) {
    return "obstacle";
  }
  if (systemFileOwner(name) !== undefined) {
    return "system";
  }
  if (COPY_MARK.test(name)) {
    return "copy";
  }
  const isOfLock = name === "lock" || isStaleLock(name) || isClock(name) || isProbe(name);
  return isOfLock ? "lock" : "transaction";
}
