import { type CommitRecord, decodeCommitRecord } from "../../src/commit/records/commit-record.ts";
import {
  COMMITS,
  commitKey,
  HISTORY,
  heldRecordKey,
  STAGING,
  stagingEntryKind,
  txidOfClaim,
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
    if (JSON.stringify(details ?? {}).includes('"removed_before":"')) {
      kept.clear();
    }
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
    } else if (top !== COMMITS) {
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

async function readLog(store: KeyValueStore, problems: string[]): Promise<readonly CommitRecord[]> {
  const names = (await store.list(COMMITS))
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".json") && name !== "latest.json");
  const records: CommitRecord[] = [];
  const txids = new Set<string>();
  let parent = "";
  for (const [index, name] of names.entries()) {
    const key = commitKey(index + 1);
    if (key !== `${COMMITS}/${name}`) {
      problems.push(`the log has a gap before ${name}`);
      break;
    }
    const bytes = (await store.get(key)) ?? (await store.get(heldRecordKey(index + 1)));
    const record = await decodeCommitRecord(bytes ?? new Uint8Array(), index + 1, sha256);
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
