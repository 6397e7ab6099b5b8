// Remembers what walks through the log have found out about files, so that the next one reads only the records since.

import type { StoreKey } from "../../store/store-key.ts";
import type { StoredRecords } from "../records/stored-records.ts";
import { type Trace, traceFiles } from "../records/trace-files.ts";

/** What the last walks found, for each path that was asked about. */
interface Walked {
  readonly sha256: string;
  /** Every record up to this version was looked at, or enough of them. */
  readonly version: number;
  readonly trace: Trace | undefined;
}

/** Whose files lie at some paths, by the log. */
export class Traces {
  readonly #records: Pick<StoredRecords, "backwards">;
  readonly #newest: () => number;
  /** Of the paths of the last call only: whoever has to ask again asks about the same ones. */
  #walked: ReadonlyMap<StoreKey, Walked> = new Map();

  constructor(records: Pick<StoredRecords, "backwards">, newest: () => number) {
    this.#records = records;
    this.#newest = newest;
  }

  /**
   * Looks up files, given as hashes by path, in one walk through the log from its newest record.
   *
   * @throws {ZarrStoreError} `integrity`, `io`
   */
  async of(found: ReadonlyMap<StoreKey, string>): Promise<ReadonlyMap<StoreKey, Trace>> {
    const [version, down, before] = [this.#newest(), this.#walkedTo(found), this.#walked];
    const traces = await traceFiles(this.#records.backwards(version, down), found);
    const walked = new Map<StoreKey, Walked>();
    for (const [path, sha256] of found) {
      const older = before.get(path);
      const trace = joined(traces.get(path), older?.sha256 === sha256 ? older.trace : undefined);
      walked.set(path, { sha256, version, trace });
    }
    this.#walked = walked;
    return new Map([...walked].flatMap(([path, { trace }]) => (trace === undefined ? [] : [[path, trace]])));
  }

  /** How many records {@link of} would have to read at most. */
  recordsToRead(found: ReadonlyMap<StoreKey, string>): number {
    return found.size === 0 ? 0 : this.#newest() - this.#walkedTo(found);
  }

  /** Forgets everything, because the log is not what it seemed to be. */
  clear(): void {
    this.#walked = new Map();
  }

  #walkedTo(found: ReadonlyMap<StoreKey, string>): number {
    let version = this.#newest();
    for (const [path, sha256] of found) {
      const walked = this.#walked.get(path);
      version = Math.min(version, walked?.sha256 === sha256 ? walked.version : 0);
    }
    return version;
  }
}

function joined(newer: Trace | undefined, older: Trace | undefined): Trace | undefined {
  if (newer === undefined || older === undefined) {
    return newer ?? older;
  }
  return { isKnown: newer.isKnown || older.isKnown, last: newer.last };
}
