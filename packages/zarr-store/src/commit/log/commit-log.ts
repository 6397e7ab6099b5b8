// Reads the commit records of a dataset in order, and keeps the head that they add up to.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { type Logger, SILENT_LOGGER } from "../../runtime/logger.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type CommitRecord, decodeCommitRecord } from "./commit-record.ts";
import { commitKey } from "./control-keys.ts";
import { Head } from "./head.ts";
import { readNextRecord, readRecord } from "./read-record.ts";
import { isTornRecord } from "./torn-record.ts";

const MOST_RECORDS_AHEAD = 16;

/** The records of a dataset, read in order, and the head that they add up to. */
export class CommitLog {
  readonly head: Head = new Head();
  readonly #store: ReadableStore;
  readonly #sha256: Runtime["sha256"];
  readonly #logger: Pick<Logger, "warn">;
  /** The damaged record, and the first record that is missing below a later one. Nothing is read beyond either. */
  #damaged: ZarrStoreError | undefined;
  #gap: ZarrStoreError | undefined;
  #torn: { readonly version: number; readonly bytes: Uint8Array } | undefined;
  #headRecord: CommitRecord | undefined;
  #sinceCheckpoint = { records: 0, sizeBytes: 0 };
  /** The pass that is reading now, and the one that waits for it. */
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(store: ReadableStore, sha256: Runtime["sha256"], logger: Pick<Logger, "warn"> = SILENT_LOGGER) {
    this.#store = store;
    this.#sha256 = sha256;
    this.#logger = logger;
  }

  /** The number of records, and their bytes, that no checkpoint covers yet. */
  get sinceCheckpoint(): { readonly records: number; readonly sizeBytes: number } {
    return this.#sinceCheckpoint;
  }

  /**
   * Applies every record newer than the head, and returns whether the head has advanced since the call.
   *
   * Every record linked before the call is seen. Calls at the same time share a pass, but none joins a pass that has
   * already begun to read.
   *
   * A damaged record ends the log before it, with a warning. What was committed until then can be read;
   * {@link assertWhole} stops writers. A last record that is cut off is {@link torn}, and no fault.
   *
   * @throws {ZarrStoreError} `not_supported` for a record of a later format, `io`
   */
  async refresh(): Promise<boolean> {
    const { version } = this.head;
    await (this.#waiting ?? this.#nextPass());
    return this.head.version > version;
  }

  /** @throws {ZarrStoreError} `integrity` if the last refresh found a damaged record, or the last listing a gap */
  assertWhole(): void {
    const fault = this.#damaged ?? this.#gap;
    if (fault !== undefined) {
      throw fault;
    }
  }

  /**
   * The record after the head as the last refresh found it, if it is cut off and the last one. Readers take it as not there
   * yet; a writer that holds the lock settles it first.
   */
  get torn(): { readonly version: number; readonly bytes: Uint8Array } | undefined {
    return this.#torn;
  }

  /** Whether a gap was noted. Only another listing can clear it. */
  get hasGap(): boolean {
    return this.#gap !== undefined;
  }

  /** Notes the first missing version that a listing showed, see {@link findLogGap}; undefined clears it. */
  noteGap(version: number | undefined): void {
    const before = this.#gap;
    const message = `the log has a gap: commit record ${version} is missing`;
    this.#gap =
      version === undefined
        ? undefined
        : new ZarrStoreError("integrity", message, { path: commitKey(version) });
    this.#warnOnce(this.#gap, before);
  }

  #noteDamaged(fault: ZarrStoreError | undefined): void {
    const before = this.#damaged;
    this.#damaged = fault;
    this.#warnOnce(fault, before);
  }

  #warnOnce(fault: ZarrStoreError | undefined, before: ZarrStoreError | undefined): void {
    if (fault !== undefined && fault.message !== before?.message) {
      const { version } = this.head;
      this.#logger.warn(
        `${fault.message}: version ${version} is read, and nothing can be written until this is repaired`,
      );
    }
  }

  async record(version: number): Promise<CommitRecord | undefined> {
    const bytes = await readRecord(this.#store, version, this.head.claim);
    return bytes && (await decodeCommitRecord(bytes, version, this.#sha256));
  }

  /** The record of the head; undefined before the first commit. */
  async headRecord(): Promise<CommitRecord | undefined> {
    const { version } = this.head;
    if (version === 0 || this.#headRecord?.version === version) {
      return this.#headRecord;
    }
    const record = await this.record(version);
    if (this.head.version === version) {
      this.#headRecord = record;
    }
    return record;
  }

  /**
   * Whether any commit ever put these bytes at the path. Old records are read only if the recent ones do not answer it.
   */
  async wasEverCommitted(path: StoreKey, sha256: string): Promise<boolean> {
    if (this.head.wasCommitted(path, sha256)) {
      return true;
    }
    for (let version = this.head.version; version > 0; version--) {
      const record = await this.record(version);
      if (
        record?.ops.some(
          (op) => op.path === path && (op.prev === sha256 || (op.op === "put" && op.sha256 === sha256)),
        )
      ) {
        return true;
      }
    }
    return false;
  }

  /** Starts from a checkpoint instead of the first record. */
  restoreFrom(checkpoint: Checkpoint): void {
    this.head.restore(checkpoint);
    this.head.restoreGroups(checkpoint.groups);
    this.checkpointed();
  }

  /** Notes that a checkpoint of the head was written. */
  checkpointed(): void {
    this.#sinceCheckpoint = { records: 0, sizeBytes: 0 };
  }

  /** Applies a record that this process has just linked, if it is the next one. */
  applyOwn(record: CommitRecord, sizeBytes: number): void {
    if (record.version === this.head.version + 1) {
      this.#apply(record, sizeBytes);
    }
  }

  #nextPass(): Promise<void> {
    const begin = (): Promise<void> => {
      this.#waiting = undefined;
      this.#running = this.#readNewer().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    };
    if (this.#running === undefined) {
      return begin();
    }
    this.#waiting = this.#running.then(begin, begin);
    return this.#waiting;
  }

  /** Reads the next record, then 2, 4, 8, … at a time. If there is no new record, this costs a single request. */
  async #readNewer(): Promise<void> {
    for (let ahead = 1; ; ahead = Math.min(2 * ahead, MOST_RECORDS_AHEAD)) {
      const next = this.head.version + 1;
      const { claim } = this.head;
      const found = new Array<Uint8Array | undefined>(ahead);
      const read = async (index: number): Promise<void> => {
        found[index] = await readNextRecord(this.#store, next + index, claim);
      };
      await runBounded(found.keys(), read, { concurrency: ahead });
      for (const [index, bytes] of found.entries()) {
        if (bytes === undefined && this.head.claim !== claim) {
          // A record of this batch changed how versions are claimed, and so where the next one is.
          break;
        }
        if (bytes === undefined || (await this.#isTorn(bytes, next + index))) {
          this.#torn = bytes && { version: next + index, bytes };
          this.#noteDamaged(undefined);
          return;
        }
        const record = await this.#decodeNext(bytes, next + index);
        if (record === undefined) {
          return;
        }
        this.applyOwn(record, bytes.length);
      }
    }
  }

  /** With a record after it, a record that is cut off is damage. */
  async #isTorn(bytes: Uint8Array, version: number): Promise<boolean> {
    return isTornRecord(bytes) && (await readRecord(this.#store, version + 1, this.head.claim)) === undefined;
  }

  /** Decodes a record. If it is damaged, notes that and returns undefined. */
  async #decodeNext(bytes: Uint8Array, version: number): Promise<CommitRecord | undefined> {
    try {
      const record = await decodeCommitRecord(bytes, version, this.#sha256);
      this.#assertFollows(record);
      return record;
    } catch (error) {
      if (!isZarrStoreError(error, "integrity")) {
        throw error;
      }
      this.#torn = undefined;
      this.#noteDamaged(error);
      return undefined;
    }
  }

  #assertFollows(record: CommitRecord): void {
    if (record.version === this.head.version + 1 && record.parentSha256 !== this.head.recordSha256) {
      throw new ZarrStoreError(
        "integrity",
        `commit record ${record.version} does not follow the one before it`,
        {
          path: commitKey(record.version),
          expected: this.head.recordSha256,
          found: record.parentSha256,
        },
      );
    }
  }

  #apply(record: CommitRecord, sizeBytes: number): void {
    this.head.apply(record);
    this.#headRecord = record;
    this.#sinceCheckpoint = {
      records: this.#sinceCheckpoint.records + 1,
      sizeBytes: this.#sinceCheckpoint.sizeBytes + sizeBytes,
    };
  }
}
