// What two copies of one dataset have in common: the last commit of both logs, and what each did since.

import type { CommitLog } from "../../commit/log/commit-log.ts";
import type { CommitRecord } from "../../commit/records/commit-record.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";

/** A commit that is known for certain: no other has both its version and the hash of its record. */
export interface CommitPoint {
  readonly version: number;
  readonly recordSha256: string;
}

/** The log of one dataset, as it is compared with that of a copy. */
export class DatasetCopies {
  readonly #log: Pick<CommitLog, "head" | "record" | "refresh">;

  constructor(log: Pick<CommitLog, "head" | "record" | "refresh">) {
    this.#log = log;
  }

  /** The newest commit, after a look at the log; undefined before the first, and in a dataset without a log. */
  async newest(): Promise<CommitPoint | undefined> {
    await this.#log.refresh();
    const { version, recordSha256 } = this.#log.head;
    return version === 0 ? undefined : { version, recordSha256 };
  }

  /** Whether this log has a commit, by its version and the hash of its record. @throws {ZarrStoreError} `integrity`, `io` */
  async has({ version, recordSha256 }: CommitPoint): Promise<boolean> {
    return (await this.#hashOf(version)) === recordSha256;
  }

  /**
   * Returns the last commit that both logs have; undefined if the datasets are not copies of each other. Each record holds the hash
   * of the one before. So two logs that agree in one version agree in all before it, and few records are read.
   *
   * @throws {ZarrStoreError} `integrity`, `io`
   * @example
   * const common = await dataset.copies.lastCommon(other.copies);
   */
  async lastCommon(other: DatasetCopies): Promise<CommitPoint | undefined> {
    const [ours, theirs] = [await this.newest(), await other.newest()];
    let [known, limit] = [0, Math.min(ours?.version ?? 0, theirs?.version ?? 0)];
    let recordSha256 = "";
    while (known < limit) {
      const version = Math.ceil((known + limit) / 2);
      const hash = await this.#hashOf(version);
      if (hash !== undefined && hash === (await other.#hashOf(version))) {
        [known, recordSha256] = [version, hash];
      } else {
        limit = version - 1;
      }
    }
    return known === 0 ? undefined : { version: known, recordSha256 };
  }

  /**
   * Reads the records after a version, oldest first, up to the newest at the last look.
   *
   * @throws {ZarrStoreError} `integrity` if one is missing, `io`
   */
  async *recordsAfter(after: number, { signal }: ReadOptions = {}): AsyncIterable<CommitRecord> {
    const newest = this.#log.head.version;
    for (let version = after + 1; version <= newest; version++) {
      signal?.throwIfAborted();
      const record = await this.#log.record(version);
      if (record === undefined) {
        throw new ZarrStoreError("integrity", `commit record ${version} is missing`, { found: version });
      }
      yield record;
    }
  }

  async #hashOf(version: number): Promise<string | undefined> {
    return version < 1 || version > this.#log.head.version
      ? undefined
      : (await this.#log.record(version))?.sha256;
  }
}
