// Copies one version of a store, with the log up to it and the history that this names, beside writers (`kym copy`).

import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { runBounded } from "../../runtime/run-bounded.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { KeyValueStore, ReadableStore } from "../../store/key-value-store.ts";
import { parentKey, type StoreKey } from "../../store/store-key.ts";
import type { NeededHistory } from "../content-rules.ts";
import { bytesWithHash } from "../foreign/other-line-ends.ts";
import { HistoryNames } from "../history/history-names.ts";
import { findNeededHistory } from "../history/needed-history.ts";
import { CommitLog } from "../log/commit-log.ts";
import { type CommittedObject, Head } from "../log/head.ts";
import { encodeLatest } from "../log/latest.ts";
import { decodeCommitPack } from "../records/commit-pack.ts";
import { type CommitRecord, encodeCommitRecord } from "../records/commit-record.ts";
import { commitKey, firstOfBlock, historyKey, LATEST, packKey } from "../records/control-keys.ts";
import { mayBePacked } from "../records/stored-records.ts";
import { findCommittedBytes } from "./find-committed-bytes.ts";

export interface CopyProgress {
  readonly done: number;
  readonly total: number;
  /** The object that was copied last. */
  readonly path: string;
}

export interface CopyStoreOptions extends ReadOptions {
  /** The version to copy. Default: the newest. */
  readonly version?: number | undefined;
  readonly runtime: Pick<Runtime, "sha256">;
  /** What the history must keep besides what the log names. */
  readonly neededHistory?: NeededHistory | undefined;
  /** Copies a file of the source to the same key of the target without reading it, where it can. What it copied is verified. */
  readonly clone?: ((key: StoreKey) => Promise<boolean>) | undefined;
  /**
   * Makes an object again that follows from others, if later commits replaced it. `then` gives the bytes that a path had in the version
   * that is copied. What it returns is verified.
   */
  readonly makeAgain?:
    | ((path: StoreKey, sha256: string, then: ReadThen) => Promise<Uint8Array<ArrayBuffer> | undefined>)
    | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

type ReadThen = (path: StoreKey) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** What was copied. Plain JSON. */
export interface CopyReport {
  readonly version: number;
  /** The objects of the version, and the bytes of these, in bytes. */
  readonly objects: number;
  readonly sizeBytes: number;
  /** How many objects of the history were copied, and how many that the log names were not there. */
  readonly history: { readonly copied: number; readonly missing: number };
  /** Paths where another program's file is, which no commit wrote: the copy has what was committed. Sorted; empty for an older version. */
  readonly notCopied: readonly string[];
}

const AT_ONCE = 8;

/**
 * Copies a version into an empty store. Everything is verified by its hash. Writers may go on: if an object of the newest version is
 * replaced and gone before it was copied, a later version is copied in its place.
 *
 * The target is whole only when this returns: build it where no reader looks, and give it its name then.
 *
 * @throws {ZarrStoreError} `not_found` for a store without commits, a version that does not exist, or one of which an object is
 * neither in its place nor in the history; `integrity` for a damaged log or a lost object of the newest version; `io`, `aborted`
 */
export async function copyStore(
  source: ReadableStore,
  target: KeyValueStore,
  options: CopyStoreOptions,
): Promise<CopyReport> {
  return new StoreCopy(source, target, options).run();
}

class StoreCopy {
  readonly #source: ReadableStore;
  readonly #target: KeyValueStore;
  readonly #options: CopyStoreOptions;
  readonly #log: CommitLog;
  readonly #head = new Head();
  readonly #names = new HistoryNames();
  /** The hash that each path has in the target by now. */
  readonly #copied = new Map<StoreKey, string>();
  readonly #written: StoreKey[] = [];
  /** Objects whose bytes were not at their path. */
  readonly #elsewhere = new Set<StoreKey>();

  constructor(source: ReadableStore, target: KeyValueStore, options: CopyStoreOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#log = new CommitLog(source, options.runtime.sha256);
  }

  async run(): Promise<CopyReport> {
    const { version: wanted } = this.#options;
    await this.#refresh();
    const newest = this.#log.head.version;
    if (
      newest === 0 ||
      (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted >= 1 && wanted <= newest))
    ) {
      const what = newest === 0 ? "has no commit" : `has no version ${wanted}; the newest is ${newest}`;
      throw new ZarrStoreError("not_found", `${this.#source.location} ${what}`, {
        path: this.#source.location,
        expected: newest,
        found: wanted,
      });
    }
    await this.#advance(wanted ?? newest);
    for (;;) {
      const gone = await this.#copyObjects();
      if (gone.length === 0) {
        break;
      }
      await this.#refresh();
      if (wanted !== undefined || this.#log.head.version === this.#head.version) {
        throw this.#goneError(gone);
      }
      await this.#advance(this.#log.head.version);
    }
    const history = await this.#copyHistory();
    await this.#copyLog();
    const notCopied = wanted === undefined ? await this.#editsInSource() : [];
    await this.#target.sync(withFolders([...this.#copied.keys(), ...this.#written]));
    const objects = [...this.#head.objects()];
    const sizeBytes = objects.reduce((sum, [, object]) => sum + object.sizeBytes, 0);
    return { version: this.#head.version, objects: objects.length, sizeBytes, history, notCopied };
  }

  async #refresh(): Promise<void> {
    await this.#log.refresh();
    this.#log.assertWhole();
  }

  /** Makes the head that of a later version. */
  async #advance(version: number): Promise<void> {
    for (let next = this.#head.version + 1; next <= version; next++) {
      throwIfAborted(this.#options.signal);
      const record = await this.#record(next);
      this.#names.apply(record, (path) => this.#head.object(path)?.sizeBytes);
      this.#head.apply(record);
    }
  }

  async #record(version: number): Promise<CommitRecord> {
    const record = await this.#log.record(version);
    if (record === undefined) {
      throw new ZarrStoreError("integrity", `commit record ${version} is missing`, {
        path: commitKey(version),
      });
    }
    return record;
  }

  /** Copies what the target lacks of the head, and removes what is not in it. Returns the paths whose bytes are gone. */
  async #copyObjects(): Promise<readonly StoreKey[]> {
    for (const path of [...this.#copied.keys()]) {
      if (this.#head.object(path) === undefined) {
        await this.#target.remove(path);
        this.#copied.delete(path);
      }
    }
    const objects = [...this.#head.objects()];
    const gone: StoreKey[] = [];
    let done = 0;
    const copy = async ([path, object]: readonly [StoreKey, CommittedObject]): Promise<void> => {
      if (this.#copied.get(path) !== object.sha256 && !(await this.#copyObject(path, object))) {
        gone.push(path);
      }
      done++;
      this.#options.onProgress?.({ done, total: objects.length, path });
    };
    await runBounded(objects, copy, { concurrency: AT_ONCE, signal: this.#options.signal });
    const left: StoreKey[] = [];
    for (const path of gone.sort()) {
      const object = this.#head.object(path);
      if (object !== undefined && !(await this.#makeAgain(path, object))) {
        left.push(path);
      }
    }
    return left;
  }

  async #copyObject(path: StoreKey, object: CommittedObject): Promise<boolean> {
    const { runtime, signal, clone } = this.#options;
    if (!this.#copied.has(path) && (await clone?.(path)) === true) {
      this.#copied.set(path, "");
      const bytes = await this.#target.get(path, { expectedBytes: object.sizeBytes });
      if (bytes?.length === object.sizeBytes && (await runtime.sha256(bytes)) === object.sha256) {
        this.#copied.set(path, object.sha256);
        return true;
      }
    }
    const found = await findCommittedBytes(this.#source, runtime, path, object, { signal });
    if (found === undefined) {
      return false;
    }
    if (!found.isInPlace) {
      this.#elsewhere.add(path);
    }
    await this.#write(path, found.bytes);
    this.#copied.set(path, object.sha256);
    return true;
  }

  /** What is in the place of objects that came from elsewhere, unless a later commit put it there. */
  async #editsInSource(): Promise<readonly StoreKey[]> {
    await this.#refresh();
    const edits: StoreKey[] = [];
    for (const path of [...this.#elsewhere].sort()) {
      const object = this.#head.object(path);
      const isNewest = object !== undefined && this.#log.head.object(path)?.sha256 === object.sha256;
      const bytes = isNewest ? await this.#source.get(path, this.#options) : undefined;
      const sha256 = bytes && (await this.#options.runtime.sha256(bytes));
      if (sha256 !== undefined && sha256 !== object?.sha256 && !this.#head.wasCommitted(path, sha256)) {
        edits.push(path);
      }
    }
    return edits;
  }

  /** Makes an object again from others of the version, which are in the target by now. */
  async #makeAgain(path: StoreKey, { sha256 }: CommittedObject): Promise<boolean> {
    const { makeAgain, runtime } = this.#options;
    const then: ReadThen = async (other) => {
      const isThere = this.#head.object(other)?.sha256 === this.#copied.get(other);
      return isThere ? this.#target.get(other) : undefined;
    };
    const bytes = await makeAgain?.(path, sha256, then);
    if (bytes === undefined || (await runtime.sha256(bytes)) !== sha256) {
      return false;
    }
    await this.#write(path, bytes);
    this.#copied.set(path, sha256);
    return true;
  }

  /** Writes a file and reads it back. */
  async #write(key: StoreKey, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { sha256 } = this.#options.runtime;
    await this.#target.put(key, bytes);
    const back = await this.#target.get(key, { expectedBytes: bytes.length });
    if (back?.length !== bytes.length || (await sha256(back)) !== (await sha256(bytes))) {
      throw new ZarrStoreError("integrity", `${key} reads back with other bytes than were written`, {
        path: key,
      });
    }
  }

  async #copyHistory(): Promise<CopyReport["history"]> {
    const { runtime, neededHistory, signal } = this.#options;
    const needed = await findNeededHistory(
      neededHistory,
      this.#head,
      (path) => this.#target.get(path),
      signal,
    );
    const hashes = [...new Set([...this.#names.kept.keys(), ...needed])];
    let copied = 0;
    let missing = 0;
    const copy = async (hash: string): Promise<void> => {
      const key = historyKey(hash);
      const found = await this.#source.get(key, { ...(signal && { signal }) });
      const bytes = found && (await bytesWithHash(runtime, hash, found));
      if (bytes !== undefined) {
        await this.#write(key, bytes);
        this.#written.push(key);
        copied++;
      } else if (this.#names.kept.has(hash)) {
        missing++;
      }
    };
    await runBounded(hashes, copy, { concurrency: AT_ONCE, signal });
    return { copied, missing };
  }

  /** Copies the packs of old blocks, and writes all other records as files: byte for byte what their writers wrote. */
  async #copyLog(): Promise<void> {
    const { version: newest, recordSha256, nextRecordFormat } = this.#head;
    let packed: ReadonlySet<number> = new Set();
    for (let version = 1; version <= newest; version++) {
      throwIfAborted(this.#options.signal);
      if (firstOfBlock(version) === version) {
        packed = mayBePacked(version, newest) ? await this.#copyPack(version) : new Set();
      }
      if (!packed.has(version)) {
        const { sha256, ...record } = await this.#record(version);
        const { record: same, bytes } = await encodeCommitRecord(record, this.#options.runtime.sha256);
        if (same.sha256 !== sha256) {
          throw new ZarrStoreError("integrity", `commit record ${version} does not match its own hash`, {
            path: commitKey(version),
          });
        }
        await this.#write(commitKey(version), bytes);
        this.#written.push(commitKey(version));
      }
    }
    if (nextRecordFormat === 2) {
      await this.#target.put(LATEST, encodeLatest({ version: newest, recordSha256, checkpoint: undefined }));
    }
  }

  /** Copies the pack of a block. Returns the versions that are in it. */
  async #copyPack(first: number): Promise<ReadonlySet<number>> {
    const key = packKey(first);
    const bytes = await this.#source.get(key);
    if (bytes === undefined) {
      return new Set();
    }
    const pack = await decodeCommitPack(bytes, first, this.#options.runtime.sha256);
    await this.#write(key, bytes);
    this.#written.push(key);
    return new Set(pack.keys());
  }

  #goneError(gone: readonly StoreKey[]): ZarrStoreError {
    const [path = ""] = gone;
    const { version } = this.#head;
    const isNewest = version === this.#log.head.version;
    const more = gone.length > 1 ? `, and ${gone.length - 1} more` : "";
    return new ZarrStoreError(
      isNewest ? "integrity" : "not_found",
      isNewest
        ? `${path} is missing or damaged${more}: repair the dataset before it is copied`
        : `version ${version} cannot be copied: later commits replaced ${path}${more}, and the history does not keep it`,
      { path, paths: gone },
    );
  }
}

/** The keys and all folders above them. */
function withFolders(keys: readonly StoreKey[]): readonly (StoreKey | "")[] {
  const all = new Set<StoreKey | "">([...keys, ""]);
  for (const key of keys) {
    for (let folder = parentKey(key); folder !== undefined && !all.has(folder); folder = parentKey(folder)) {
      all.add(folder);
    }
  }
  return [...all];
}
