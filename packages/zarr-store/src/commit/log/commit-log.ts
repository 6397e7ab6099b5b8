// Reads the commit records of a dataset in order, and keeps the head that they add up to.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { type Logger, SILENT_LOGGER } from "../../runtime/logger.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { isListableStore } from "../../store/read-only-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitPack } from "../records/commit-pack.ts";
import { type CommitRecord, decodeCommitRecord } from "../records/commit-record.ts";
import { commitKey, lastOfBlock } from "../records/control-keys.ts";
import { readNextRecords, readStoredRecord } from "../records/read-record.ts";
import { mayBePacked, StoredRecords } from "../records/stored-records.ts";
import { isTornRecord } from "../records/torn-record.ts";
import { BorneOutObjects } from "./borne-out-objects.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type CommittedObject, Head } from "./head.ts";
import { type Latest, readLatest } from "./latest.ts";
import { isBadEntry } from "./section-groups.ts";
import { Traces } from "./traces.ts";

const MOST_RECORDS_AHEAD = 16;

/** The records of a dataset, read in order, and the head that they add up to. */
export class CommitLog {
  readonly head: Head = new Head();
  /** Whose files lie at some paths. */
  readonly traces: Traces;
  /** The checkpoint that is known to be in the store. */
  checkpointKey: StoreKey | undefined;
  readonly #store: ReadableStore;
  readonly #sha256: Runtime["sha256"];
  readonly #logger: Pick<Logger, "warn">;
  readonly #records: StoredRecords;
  /** The damaged record, and the first record that is missing below a later one. Nothing is read beyond either. */
  #damaged: ZarrStoreError | undefined;
  #gap: ZarrStoreError | undefined;
  #torn: { readonly version: number; readonly bytes: Uint8Array } | undefined;
  #headRecord: CommitRecord | undefined;
  #sinceCheckpoint = { records: 0, sizeBytes: 0 };
  /** The version of the checkpoint that the head started from. Objects of later records are borne out by these. */
  #startedFrom = 0;
  readonly #borneOut = new BorneOutObjects();
  #hint: Latest | undefined;
  #isHintNew = false;
  /** The pass that is reading now, and the one that waits for it. */
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  constructor(store: ReadableStore, sha256: Runtime["sha256"], logger: Pick<Logger, "warn"> = SILENT_LOGGER) {
    this.#store = store;
    this.#sha256 = sha256;
    this.#logger = logger;
    this.#records = new StoredRecords(store, sha256);
    this.traces = new Traces(this.#records, () => this.head.version);
  }

  /** What `latest.json` said last. Only a store that cannot list is asked for it. */
  get hint(): Latest | undefined {
    return this.#hint;
  }

  /** Reads the hint before the first pass, which then does not read it again. @throws {ZarrStoreError} `io` */
  async readHint(): Promise<Latest | undefined> {
    // A dataset of version 2 has no hint, and gets one only after the record that upgrades it.
    const isOld = this.head.version > 0 && this.head.nextRecordFormat === 1;
    this.#hint = isListableStore(this.#store) || isOld ? undefined : await readLatest(this.#store);
    this.#isHintNew = this.#hint !== undefined;
    return this.#hint;
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

  /** As {@link refresh}, for a caller who has just listed the log and knows the newest record: nothing beyond it is asked for. */
  async refreshTo(newest: number): Promise<void> {
    await this.#pass("with packs", newest);
  }

  /** As {@link refresh}, without a pack where no record is newer: for a writer, who looks for one after its claim. */
  async refreshBeforeClaim(): Promise<void> {
    await (this.#running === undefined ? this.#pass("without packs") : this.refresh());
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

  /**
   * Reads one record; undefined if it does not exist.
   *
   * @param expectedSha256 its hash, if that is known: it saves a request
   * @throws {ZarrStoreError} `integrity`, `not_supported`, `io`
   */
  async record(version: number, expectedSha256?: string): Promise<CommitRecord | undefined> {
    const newest = Math.max(this.head.version, this.#hint?.version ?? 0);
    return this.#records.record(version, newest, expectedSha256);
  }

  /** Reads the record that a pack has of a version; undefined if no pack covers it. @throws {ZarrStoreError} `integrity`, `io` */
  async packedRecord(version: number): Promise<CommitRecord | undefined> {
    return (await this.#records.pack(version))?.get(version);
  }

  /** The record of the head; undefined before the first commit. */
  async headRecord(): Promise<CommitRecord | undefined> {
    const { version } = this.head;
    if (version === 0 || this.#headRecord?.version === version) {
      return this.#headRecord;
    }
    const record = await this.record(version, this.head.recordSha256);
    if (this.head.version === version) {
      this.#headRecord = record;
    }
    return record;
  }

  /** Whether any commit ever put these bytes at the path. Old records are read only if the recent ones do not answer it. */
  async wasEverCommitted(path: StoreKey, sha256: string): Promise<boolean> {
    return (
      this.head.wasCommitted(path, sha256) ||
      (await this.traces.of(new Map([[path, sha256]]))).get(path)?.isKnown === true
    );
  }

  /** Whether the records put all objects where the head has them. @throws {ZarrStoreError} `integrity`, `io` */
  async bearsOut(objects: ReadonlyMap<StoreKey, CommittedObject>): Promise<boolean> {
    return this.#borneOut.holdFor(objects, this.#startedFrom, (version) => this.record(version));
  }

  /** Whether the head rests on a checkpoint, and not on records alone. */
  get restsOnCheckpoint(): boolean {
    return this.#startedFrom > 0;
  }

  /** Starts from a checkpoint instead of the first record. */
  restoreFrom(checkpoint: Checkpoint): void {
    this.head.restore(checkpoint);
    this.head.restoreGroups(checkpoint.groups);
    this.#startedFrom = checkpoint.version;
    this.checkpointed(checkpoint.key);
  }

  /**
   * Reads the log from its first record, in place of the checkpoint that the head started from.
   *
   * @param badEntry why, for a warning
   * @throws {ZarrStoreError} `integrity` if it cannot be read up to the head, `io`
   */
  async readAgain(badEntry?: ZarrStoreError): Promise<void> {
    if (badEntry !== undefined) {
      this.#logger.warn(`${badEntry.message}; the whole log is read instead`);
    }
    const { version } = this.head;
    const fresh = new CommitLog(this.#store, this.#sha256, this.#logger);
    await fresh.refresh();
    fresh.assertWhole();
    if (fresh.head.version < version) {
      const missing = fresh.head.version + 1;
      throw new ZarrStoreError("integrity", `commit record ${missing} is missing`, {
        path: commitKey(missing),
      });
    }
    this.head.restore(fresh.head.point);
    this.head.restoreGroups(
      new Map([...fresh.head.groups()].map((name) => [name, fresh.head.objectsOf(name)])),
    );
    this.#headRecord = fresh.#headRecord;
    this.#sinceCheckpoint = fresh.#sinceCheckpoint;
    this.#startedFrom = 0;
    this.traces.clear();
  }

  /**
   * The objects of a group. A checkpoint with a bad entry of it gives way to the log, with a warning, as {@link readAgain}
   * says.
   */
  async objectsOf(group: string): Promise<ReadonlyMap<StoreKey, CommittedObject>> {
    try {
      return this.head.objectsOf(group);
    } catch (error) {
      if (!isBadEntry(error)) {
        throw error;
      }
      await this.readAgain(error);
      return this.head.objectsOf(group);
    }
  }

  /** Notes that a checkpoint of the head is in the store. */
  checkpointed(key: StoreKey): void {
    this.checkpointKey = key;
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
      return this.#pass("with packs");
    };
    if (this.#running === undefined) {
      return begin();
    }
    this.#waiting = this.#running.then(begin, begin);
    return this.#waiting;
  }

  #pass(packs: "with packs" | "without packs", newest = Infinity): Promise<void> {
    this.#running = this.#readNewer(packs, newest).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Reads the next record, then the next 2, 4, 8, … If there is no new record, this costs two requests. */
  async #readNewer(packs: "with packs" | "without packs", newest: number): Promise<void> {
    const hint = this.#isHintNew ? this.#hint : await this.readHint();
    this.#isHintNew = false;
    let limit = hint !== undefined && hint.version >= this.head.version ? hint.version : Infinity;
    for (let ahead = 1; ; ahead = Math.min(2 * ahead, MOST_RECORDS_AHEAD)) {
      if (this.head.version >= limit) {
        if (this.head.recordSha256 === hint?.recordSha256) {
          this.#noteDamaged(undefined);
          return;
        }
        limit = Infinity;
      }
      try {
        if (this.head.version >= newest || !(await this.#readAhead(ahead, limit, packs, newest))) {
          this.#noteDamaged(undefined);
          return;
        }
      } catch (error) {
        if (!isZarrStoreError(error, "integrity")) {
          throw error;
        }
        this.#torn = undefined;
        return isBadEntry(error) ? this.readAgain(error) : this.#noteDamaged(error);
      }
    }
  }

  /** With a record after it, a record that is cut off is damage. */
  async #isTorn(bytes: Uint8Array, version: number): Promise<boolean> {
    return (
      isTornRecord(bytes) && (await readStoredRecord(this.#store, version + 1, this.head.claim)) === undefined
    );
  }

  /**
   * Applies the next records, at most `ahead` of them or the rest of a pack. Returns false if one is missing.
   *
   * @param limit the newest version according to a hint; beyond it nothing is asked
   * @throws {ZarrStoreError} `integrity` for a record that is damaged or does not follow
   */
  async #readAhead(ahead: number, limit: number, packs: string, newest: number): Promise<boolean> {
    const next = this.head.version + 1;
    const isOld = limit !== Infinity && mayBePacked(next, limit);
    const before = isOld ? await this.#records.pack(next) : this.#records.kept(next);
    if (before?.has(next) === true) {
      this.#applyPack(before, next);
      return true;
    }
    const known = Math.min(limit, newest);
    const count = Math.min(ahead, lastOfBlock(next) - next + 1, known - next + 1);
    const { claim } = this.head;
    // A browser shows each file that is missing in red, so without a hint one record is asked for after the other.
    const concurrency = limit === Infinity && !isListableStore(this.#store) ? 1 : count;
    const found = await readNextRecords(this.#store, next, count, { claim, concurrency });
    // The pack is asked for after the files, see StoredRecords. Record 1 is never packed, nor a young block within a hint.
    const isYoung = known !== Infinity && !mayBePacked(next, known);
    const isNone = packs === "without packs" && found[0] === undefined;
    const isCertain = next === 1 || isNone || (isYoung && !found.includes(undefined));
    const pack = isCertain ? undefined : await this.#records.pack(next);
    if (pack?.has(next) === true) {
      this.#applyPack(pack, next);
      return true;
    }
    for (const [index, bytes] of found.entries()) {
      const version = next + index;
      if (pack?.has(version) === true) {
        return true;
      }
      if (bytes === undefined && this.head.claim !== claim) {
        // A record of this batch changed how versions are claimed, and so where the next one is.
        return true;
      }
      if (bytes === undefined || (await this.#isTorn(bytes, version))) {
        this.#torn = bytes && { version, bytes };
        return false;
      }
      const record = await decodeCommitRecord(bytes, version, this.#sha256);
      this.#assertFollows(record);
      this.applyOwn(record, bytes.length);
    }
    return true;
  }

  #applyPack(pack: CommitPack, first: number): void {
    for (let version = first; version <= lastOfBlock(first); version++) {
      const record = pack.get(version);
      if (record !== undefined) {
        this.#assertFollows(record);
        this.applyOwn(record, 0);
      }
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
