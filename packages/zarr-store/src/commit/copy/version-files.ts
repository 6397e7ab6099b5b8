// Reads the files of one version of a store, with the log up to it, beside writers.

import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { HistoryNames } from "../history/history-names.ts";
import { CommitLog } from "../log/commit-log.ts";
import { Head } from "../log/head.ts";
import { type CommitRecord, encodeCommitRecord } from "../records/commit-record.ts";
import { commitKey } from "../records/control-keys.ts";
import { type FoundBytes, findCommittedBytes, type WantedObject } from "./find-committed-bytes.ts";

export interface VersionFilesOptions extends ReadOptions {
  /** The version to read. Default: the newest. */
  readonly version?: number | undefined;
  readonly runtime: Pick<Runtime, "sha256">;
}

/** One version of a store. Where an object of the newest one is replaced before it was read, it goes on with a later version. */
export class VersionFiles {
  readonly #source: ReadableStore;
  readonly #options: VersionFilesOptions;
  readonly #log: CommitLog;
  readonly #head = new Head();
  readonly #names = new HistoryNames();

  constructor(source: ReadableStore, options: VersionFilesOptions) {
    this.#source = source;
    this.#options = options;
    this.#log = new CommitLog(source, options.runtime.sha256);
  }

  /** The version, with its objects. */
  get head(): Head {
    return this.#head;
  }

  /** What the log up to the version says of the history. */
  get names(): HistoryNames {
    return this.#names;
  }

  /**
   * Reads the log up to the version that is wanted.
   *
   * @throws {ZarrStoreError} `not_found` for a store without commits, and a version that does not exist; `integrity` for a damaged
   * log; `io`, `aborted`
   */
  async open(): Promise<void> {
    const { version: wanted } = this.#options;
    await this.refresh();
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
  }

  /** Looks for later commits of the source. The version stays. */
  async refresh(): Promise<void> {
    await this.#log.refresh();
    this.#log.assertWhole();
  }

  /**
   * Goes on with a later version after objects were not found.
   *
   * @throws {ZarrStoreError} where the source has no later one: `integrity` if the objects are of the newest version, `not_found` for an older one
   */
  async goOnFrom(gone: readonly StoreKey[]): Promise<void> {
    await this.refresh();
    if (this.#options.version !== undefined || this.#log.head.version === this.#head.version) {
      throw this.#goneError(gone);
    }
    await this.#advance(this.#log.head.version);
  }

  /** The bytes that an object of the version has, wherever they are by now. @throws {ZarrStoreError} `io`, `aborted` */
  async find(path: StoreKey, object: WantedObject): Promise<FoundBytes | undefined> {
    const { runtime, signal } = this.#options;
    return findCommittedBytes(this.#source, runtime, path, object, { signal });
  }

  /** Whether the source has bytes at a path of the newest version that no commit put there. */
  async isEdited(path: StoreKey): Promise<boolean> {
    const object = this.#head.object(path);
    const isNewest = object !== undefined && this.#log.head.object(path)?.sha256 === object.sha256;
    const bytes = isNewest ? await this.#source.get(path, this.#options) : undefined;
    const sha256 = bytes && (await this.#options.runtime.sha256(bytes));
    return sha256 !== undefined && sha256 !== object?.sha256 && !this.#head.wasCommitted(path, sha256);
  }

  /** A record as its writer wrote it, byte for byte. @throws {ZarrStoreError} `integrity`, `io` */
  async recordFile(version: number): Promise<Uint8Array<ArrayBuffer>> {
    const { sha256, ...record } = await this.#record(version);
    const { record: same, bytes } = await encodeCommitRecord(record, this.#options.runtime.sha256);
    if (same.sha256 !== sha256) {
      throw new ZarrStoreError("integrity", `commit record ${version} does not match its own hash`, {
        path: commitKey(version),
      });
    }
    return bytes;
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
