import { GIT_ATTRIBUTES } from "../../src/commit/publish/git-attributes.ts";
import { decodeCommitPack } from "../../src/commit/records/commit-pack.ts";
import { type CommitRecord, decodeCommitRecord } from "../../src/commit/records/commit-record.ts";
import {
  blockOfPack,
  COMMITS,
  commitKey,
  HISTORY,
  heldRecordKey,
  packKey,
  STAGING,
  stagingEntryKind,
  txidOfClaim,
  versionOfRecord,
} from "../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { joinKey, type StoreKey } from "../../src/store/store-key.ts";
import { sha256 } from "./test-runtime.ts";

export interface Audit {
  readonly version: number;
  /** The text of every object of the head, as it lies at its path. */
  readonly objects: Readonly<Record<string, string>>;
  readonly records: readonly CommitRecord[];
  /** Files that no commit names, outside of the protocol's folders. */
  readonly foreign: Readonly<Record<string, string>>;
  /** The text of each object of the history, by its hash. */
  readonly history: Readonly<Record<string, string>>;
  /** Files that were moved out of the way, by where they had been. */
  readonly obstacles: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/**
 * Looks at a dataset that is at rest, with nothing of the engine but the record's format: the log is gap-free and each
 * record follows the one before, every object of the head is at its path with its hash, every artifact that a commit replaced
 * or deleted, or was asked to keep, is in the history, unless a later commit says that it may have been removed, and staging is empty.
 */
export async function auditStore(store: KeyValueStore): Promise<Audit> {
  const problems: string[] = [];
  const records = await readLog(store, problems);
  const head = new Map<string, string>();
  const kept = new Set<string>();
  for (const { ops, version, details } of records) {
    const asked = Object(Object(details?.["history"])["kept"]) as Readonly<Record<string, unknown>>;
    for (const hash of Object.keys(asked)) {
      kept.add(hash);
    }
    for (const op of ops) {
      if (op.prev !== null && /^images\/[^/]+\/analysis\//.test(op.path)) {
        kept.add(op.prev);
      }
      if ((head.get(op.path) ?? null) !== op.prev) {
        problems.push(`record ${version} replaces ${op.prev} at ${op.path}, where ${head.get(op.path)} was`);
      }
      if (op.op === "put") {
        head.set(op.path, op.sha256);
      } else {
        head.delete(op.path);
      }
    }
    if (JSON.stringify(details ?? {}).includes('"removed_before":"')) {
      kept.clear();
    }
  }
  const files = await readTree(store, "");
  const objects: Record<string, string> = {};
  const foreign: Record<string, string> = {};
  const obstacles: Record<string, string> = {};
  const history: Record<string, string> = {};
  for (const hash of kept) {
    if (!files.has(`${HISTORY}/${hash}`)) {
      problems.push(`${HISTORY}/${hash} is lost`);
    }
  }
  for (const [path, hash] of head) {
    const bytes = files.get(path);
    if (bytes === undefined || sha256(bytes) !== hash) {
      problems.push(`${path} ${bytes === undefined ? "is lost" : "has other bytes"}`);
    }
  }
  for (const [path, bytes] of files) {
    const text = new TextDecoder().decode(bytes);
    const [top, name = "", ...rest] = path.split("/");
    if (top === STAGING && stagingEntryKind(name) === "obstacle") {
      obstacles[rest.join("/")] = text;
    } else if (top === HISTORY) {
      history[name] = text;
      if (sha256(bytes) !== name) {
        problems.push(`${path} has other bytes`);
      }
    } else if (top === STAGING) {
      problems.push(`${path} is left in staging`);
    } else if (head.has(path)) {
      objects[path] = text;
    } else if (top === COMMITS && txidOfClaim(name) !== undefined) {
      problems.push(`${path} is left of a claim`);
    } else if (top !== COMMITS && path !== GIT_ATTRIBUTES) {
      foreign[path] = text;
    }
  }
  for (const { name } of await store.list(STAGING)) {
    if (stagingEntryKind(name) !== "obstacle") {
      problems.push(`${STAGING}/${name} is left`);
    }
  }
  return { version: records.length, objects, records, foreign, history, obstacles, problems };
}

/** The records by version. What lies under a number that a pack covers counts for nothing. */
async function readRecords(store: KeyValueStore): Promise<ReadonlyMap<number, CommitRecord>> {
  const names = (await store.list(COMMITS)).map(({ name }) => name);
  const records = new Map<number, CommitRecord>();
  for (const first of names.map(blockOfPack).filter((block) => block !== undefined)) {
    const pack = await decodeCommitPack((await store.get(packKey(first))) ?? new Uint8Array(), first, sha256);
    for (const [version, record] of pack) {
      records.set(version, record);
    }
  }
  for (const version of names.map(versionOfRecord).filter((one) => one !== undefined)) {
    if (!records.has(version)) {
      const bytes = (await store.get(commitKey(version))) ?? (await store.get(heldRecordKey(version)));
      records.set(version, await decodeCommitRecord(bytes ?? new Uint8Array(), version, sha256));
    }
  }
  return new Map([...records].sort(([a], [b]) => a - b));
}

async function readLog(store: KeyValueStore, problems: string[]): Promise<readonly CommitRecord[]> {
  const records: CommitRecord[] = [];
  const txids = new Set<string>();
  let parent = "";
  for (const [version, record] of await readRecords(store)) {
    if (version !== records.length + 1) {
      problems.push(`the log has a gap before record ${version}`);
      break;
    }
    if (record.parentSha256 !== parent) {
      problems.push(`record ${record.version} does not follow the one before`);
    }
    if (txids.has(record.txid)) {
      problems.push(`${record.txid} was committed twice`);
    }
    txids.add(record.txid);
    parent = record.sha256;
    records.push(record);
  }
  return records;
}

/** Every file below a prefix, by path. */
export async function readTree(
  store: KeyValueStore,
  prefix: StoreKey | "",
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const { name, kind } of await store.list(prefix)) {
    const key = joinKey(prefix, name);
    if (kind === "directory") {
      for (const [path, bytes] of await readTree(store, key)) {
        files.set(path, bytes);
      }
    } else {
      files.set(key, (await store.get(key)) ?? new Uint8Array());
    }
  }
  return files;
}
