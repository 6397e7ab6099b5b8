// What the log says about the history: which objects its records name, and which a collection may have removed.

import { isKeptPath } from "../object-path.ts";
import type { CommitRecord } from "../records/commit-record.ts";
import { epochMsOf, historyDetailsOf } from "./history-details.ts";
import { MAX_HISTORY_BYTES } from "./keep-history.ts";

/** An object that a record says was kept. */
export interface NamedObject {
  readonly sizeBytes: number;
  /** Where it last was; undefined if it was kept although it was nowhere. */
  readonly path: string | undefined;
  /** The commit that replaced, deleted or kept it last. */
  readonly version: number;
  /** The time of that commit, in milliseconds since 1970; infinite if the record does not tell. */
  readonly replacedEpochMs: number;
}

/** Follows the log from its first record, and tells which objects of the history must be there. */
export class HistoryNames {
  readonly #kept = new Map<string, NamedObject>();
  readonly #newestEpochMs = new Map<string, number>();

  /** What must be in the history, by hash. */
  get kept(): ReadonlyMap<string, NamedObject> {
    return this.#kept;
  }

  /** Whether any record names an object, also if it may have been removed since. */
  isNamed(sha256: string): boolean {
    return this.#newestEpochMs.has(sha256);
  }

  /** Whether every commit that replaced or deleted an object is older than a time, in milliseconds since 1970. */
  isOlder(sha256: string, epochMs: number): boolean {
    return (this.#newestEpochMs.get(sha256) ?? Number.POSITIVE_INFINITY) < epochMs;
  }

  /**
   * Goes on with the next record.
   *
   * @param sizeOf the size in bytes of the object that was at a path before this commit
   */
  apply(
    record: CommitRecord,
    sizeOf: (path: CommitRecord["ops"][number]["path"]) => number | undefined,
  ): void {
    const { lost, kept, removedBeforeEpochMs } = historyDetailsOf(record);
    const replacedEpochMs = epochMsOf(record.committedUtc) ?? Number.POSITIVE_INFINITY;
    const name = (sha256: string): void => {
      this.#newestEpochMs.set(sha256, Math.max(replacedEpochMs, this.#newestEpochMs.get(sha256) ?? 0));
    };
    for (const [sha256, sizeBytes] of kept) {
      name(sha256);
      const { version } = record;
      this.#kept.set(sha256, { sizeBytes, path: undefined, version, replacedEpochMs: this.#newest(sha256) });
    }
    for (const { path, prev } of record.ops) {
      if (prev !== null && isKeptPath(path)) {
        name(prev);
        const sizeBytes = sizeOf(path);
        const isKept = record.format === 2 && !lost.includes(prev);
        if (isKept && sizeBytes !== undefined && sizeBytes <= MAX_HISTORY_BYTES) {
          const { version } = record;
          this.#kept.set(prev, { sizeBytes, path, version, replacedEpochMs: this.#newest(prev) });
        }
      }
    }
    if (removedBeforeEpochMs !== undefined) {
      for (const sha256 of this.#kept.keys()) {
        if (this.isOlder(sha256, removedBeforeEpochMs)) {
          this.#kept.delete(sha256);
        }
      }
    }
  }

  #newest(sha256: string): number {
    return this.#newestEpochMs.get(sha256) ?? Number.POSITIVE_INFINITY;
  }
}
