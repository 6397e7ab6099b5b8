// Reads the whole commit log for a check, and collects its faults instead of stopping at the first.

import { hasCrlf } from "../../bytes/line-ends.ts";
import { isZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { isTooLarge } from "../../store/unreadable.ts";
import { HistoryNames } from "../history/history-names.ts";
import { readCheckpoint, type WholeCheckpoint } from "../log/checkpoint.ts";
import { Head } from "../log/head.ts";
import type { CommitPack } from "../records/commit-pack.ts";
import { type CommitRecord, decodeCommitRecord } from "../records/commit-record.ts";
import { commitKey, firstOfBlock, lastOfBlock, packKey, versionOfKey } from "../records/control-keys.ts";
import { listLog } from "../records/log-gap.ts";
import { readStoredRecord } from "../records/read-record.ts";
import { StoredRecords } from "../records/stored-records.ts";
import { isTornRecord } from "../records/torn-record.ts";
import type { CheckProblem } from "./check-report.ts";

/** The whole log, read from its first record and trusted in nothing. Faults are collected, and reading goes on. */
export class LogAudit {
  readonly head: Head = new Head();
  readonly problems: CheckProblem[] = [];
  /** What the log says about the history. */
  readonly history: HistoryNames = new HistoryNames();
  readonly #store: ReadOnlyStore;
  readonly #runtime: Pick<Runtime, "sha256">;
  readonly #records: StoredRecords;
  /** The hash that each path had before it was last deleted. */
  readonly #lastDeleted = new Map<StoreKey, string>();
  readonly #reads: Pick<ReadOnlyStore, "get">;
  readonly #withCrlf = new Set<StoreKey>();
  readonly #hosts = new Set<string>();
  #checkpoint: WholeCheckpoint | undefined;
  #headRecord: CommitRecord | undefined;
  #tornVersion: number | undefined;
  #isWhole = true;
  #reading: Promise<void> = Promise.resolve();

  constructor(store: ReadOnlyStore, runtime: Pick<Runtime, "sha256">) {
    const get: ReadOnlyStore["get"] = async (key, options) => {
      const bytes = await store.get(key, options);
      if (bytes !== undefined && versionOfKey(key) !== undefined && hasCrlf(bytes)) {
        this.#withCrlf.add(key);
      }
      return bytes;
    };
    this.#store = store;
    this.#reads = { get };
    this.#runtime = runtime;
    this.#records = new StoredRecords(this.#reads, runtime.sha256);
  }

  /** False if the log has a gap or a bad record. It is then uncertain which objects should exist. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The version of a last record that is cut off. */
  get tornVersion(): number | undefined {
    return this.#tornVersion;
  }

  get headRecord(): CommitRecord | undefined {
    return this.#headRecord;
  }

  /** The files of records whose lines end with CRLF, which no commit writes. */
  get withCrlf(): ReadonlySet<StoreKey> {
    return this.#withCrlf;
  }

  /** The computers whose writers made commits, in lower case. */
  get hosts(): ReadonlySet<string> {
    return this.#hosts;
  }

  /** The record that the log has of a version; undefined if it has none, or a damaged one. */
  async record(version: number): Promise<CommitRecord | undefined> {
    try {
      return version < 1 || version > this.head.version
        ? undefined
        : await this.#records.record(version, this.head.version);
    } catch (error) {
      if (!isZarrStoreError(error, "integrity", "not_supported")) {
        throw error;
      }
      return undefined;
    }
  }

  /** The hash that a path had when it was last deleted. */
  lastDeleted(path: StoreKey): string | undefined {
    return this.#lastDeleted.get(path);
  }

  /** Reads the checkpoint and every record that is listed. */
  async read(): Promise<void> {
    const complain = (path: string, message: string): void => {
      this.problems.push({ kind: "log", path, message, remedy: "repair" });
    };
    this.#checkpoint = await readCheckpoint(this.#store, complain);
    if (this.#checkpoint?.fault !== undefined) {
      complain(this.#checkpoint.key, `the checkpoint is damaged: ${this.#checkpoint.fault}`);
    }
    const { versions, blocks } = await listLog(this.#store);
    const packed = new Set(blocks);
    for (const first of [...new Set([...versions.map(firstOfBlock), ...blocks])].sort((a, b) => a - b)) {
      const pack = packed.has(first) ? await this.#readPack(first) : undefined;
      const files = versions.filter((version) => firstOfBlock(version) === first);
      const found = new Set([...files, ...(pack === undefined || pack === "damaged" ? [] : pack.keys())]);
      for (const version of [...found].sort((a, b) => a - b)) {
        if (version <= this.head.version) {
          continue;
        }
        if (version > this.head.version + 1) {
          this.#missing(this.head.version + 1, version - 1);
        }
        await this.#readStoredRecord(version);
      }
    }
    await this.readOn();
    const newest = this.#checkpoint?.version ?? 0;
    if (newest > this.head.version) {
      this.#missing(this.head.version + 1, newest);
      this.#restore();
      await this.readOn();
    }
  }

  /** Reads the records that were added meanwhile, and returns whether there were any. */
  async readOn(): Promise<boolean> {
    const { version } = this.head;
    const readAll = async (): Promise<void> => {
      let isMore = true;
      while (isMore) {
        isMore = await this.#readStoredRecord(this.head.version + 1);
      }
    };
    const next = this.#reading.then(readAll);
    this.#reading = next.catch(() => undefined);
    await next;
    return this.head.version > version;
  }

  async #readStoredRecord(version: number): Promise<boolean> {
    const { txid } = this.head;
    try {
      const packed = this.#records.kept(version)?.get(version);
      const bytes =
        packed === undefined ? await readStoredRecord(this.#reads, version, this.head.claim) : undefined;
      this.#tornVersion = undefined;
      if (packed === undefined && bytes === undefined) {
        const pack = await this.#readPack(version);
        return pack === "damaged" || (pack?.has(version) === true && (await this.#readStoredRecord(version)));
      }
      if (
        bytes !== undefined &&
        isTornRecord(bytes) &&
        (await readStoredRecord(this.#store, version + 1, this.head.claim)) === undefined
      ) {
        this.#tornVersion = version;
        return false;
      }
      const { sha256 } = this.#runtime;
      this.#apply(packed ?? (await decodeCommitRecord(bytes ?? new Uint8Array(), version, sha256)));
    } catch (error) {
      this.#damaged(commitKey(version), error);
      this.head.restore({ version, recordSha256: "", txid }, "keep objects");
    }
    if (version === this.#checkpoint?.version) {
      this.#compareOrRestore(this.#checkpoint);
    }
    return true;
  }

  /** Reads a pack. If it is damaged, the records of its block count as damaged, whatever else lies there. */
  async #readPack(version: number): Promise<CommitPack | "damaged" | undefined> {
    try {
      return await this.#records.pack(version);
    } catch (error) {
      this.#damaged(packKey(version), error);
      const { txid } = this.head;
      this.head.restore({ version: lastOfBlock(version), recordSha256: "", txid }, "keep objects");
      return "damaged";
    }
  }

  #damaged(path: string, error: unknown): void {
    if (!isZarrStoreError(error) || (isZarrStoreError(error, "io", "aborted") && !isTooLarge(error))) {
      throw error;
    }
    this.#fault(path, error.message);
    this.#isWhole = false;
  }

  #pathOf(version: number): string {
    return this.#records.kept(version)?.has(version) === true ? packKey(version) : commitKey(version);
  }

  #apply(record: CommitRecord): void {
    const path = this.#pathOf(record.version);
    const isNext = this.head.recordSha256 !== "" || record.version === 1;
    if (isNext && record.parentSha256 !== this.head.recordSha256) {
      this.#isWhole = false;
      this.problems.push({
        kind: "log",
        path,
        message: `commit record ${record.version} does not follow the one before it`,
        remedy: "restore",
        expected: this.head.recordSha256,
        found: record.parentSha256,
      });
    }
    for (const op of record.ops) {
      const before = this.head.object(op.path)?.sha256 ?? null;
      if (this.#isWhole && op.prev !== before) {
        this.#fault(path, `replaces ${op.prev ?? "nothing"} at ${op.path}, where ${before ?? "nothing"} was`);
      }
      if (op.op === "delete") {
        this.#lastDeleted.set(op.path, op.prev);
      }
    }
    this.history.apply(record, (changed) => this.head.object(changed)?.sizeBytes);
    this.head.apply(record);
    this.#headRecord = record;
    this.#hosts.add(record.writer.host.toLowerCase());
  }

  /** Compares the checkpoint with what the log adds up to. If the log is broken, the checkpoint replaces it instead. */
  #compareOrRestore(checkpoint: WholeCheckpoint): void {
    if (!this.#isWhole) {
      this.#restore();
      return;
    }
    const why = this.#difference(checkpoint);
    if (why !== undefined) {
      const message = `the checkpoint does not match the log: ${why}`;
      this.problems.push({ kind: "log", path: checkpoint.key, message, remedy: "repair" });
    }
  }

  #difference({ recordSha256, txid, groups }: WholeCheckpoint): string | undefined {
    if (recordSha256 !== this.head.recordSha256 || txid !== this.head.txid) {
      return "it belongs to another commit";
    }
    const ours = new Map(this.head.objects());
    const objects = new Map([...groups.values()].flatMap((group) => [...group]));
    const paths = new Set([...ours.keys(), ...objects.keys()]);
    return [...paths].find((path) => {
      const [a, b] = [ours.get(path), objects.get(path)];
      return a?.sha256 !== b?.sha256 || a?.sizeBytes !== b?.sizeBytes || a?.txid !== b?.txid;
    });
  }

  #restore(): void {
    if (this.#checkpoint !== undefined) {
      this.head.restore(this.#checkpoint);
      this.head.restoreGroups(this.#checkpoint.groups);
    }
  }

  #missing(first: number, last: number): void {
    this.#isWhole = false;
    const { txid } = this.head;
    this.head.restore({ version: last, recordSha256: "", txid }, "keep objects");
    const which = first === last ? `${first} is` : `${first} to ${last} are`;
    this.#fault(commitKey(first), `the log has a gap: commit record ${which} missing`);
  }

  #fault(path: string, message: string): void {
    this.problems.push({ kind: "log", path, message, remedy: "restore" });
  }
}
