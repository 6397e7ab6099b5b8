// Reads commit records of any age, from their packs or from their own files.

import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { type CommitPack, decodeCommitPack } from "./commit-pack.ts";
import { type CommitRecord, decodeCommitRecord } from "./commit-record.ts";
import { BLOCK_VERSIONS, firstOfBlock, lastOfBlock, packKey } from "./control-keys.ts";
import { readStoredRecord } from "./read-record.ts";

/** A walk through the log goes in one direction, so it needs the pack that it is in, and the next reader may need another. */
const MOST_KEPT_PACKS = 2;

/** Whether the block of a version is old enough to be packed when the head is at `newest`. */
export function mayBePacked(version: number, newest: number): boolean {
  return lastOfBlock(version) + BLOCK_VERSIONS <= newest;
}

/**
 * The stored records of a dataset. A pack never changes, so the last ones that were read are kept.
 *
 * Where a pack has a version, nothing else counts. A writer that slept may claim a number of which the record has moved
 * into a pack, and takes that claim back. Such a claim can exist only after its pack, so a reader that finds a file looks
 * for the pack afterwards.
 */
export class StoredRecords {
  readonly #store: Pick<ReadableStore, "get">;
  readonly #sha256: Runtime["sha256"];
  /** By the first version of the block; the last one that was used is at the end. */
  readonly #packs = new Map<number, CommitPack>();

  constructor(store: Pick<ReadableStore, "get">, sha256: Runtime["sha256"]) {
    this.#store = store;
    this.#sha256 = sha256;
  }

  /** Returns the pack of a version's block, if it was read before. */
  kept(version: number): CommitPack | undefined {
    return this.#packs.get(firstOfBlock(version));
  }

  /** Reads the pack of a version's block. @throws {ZarrStoreError} `integrity`, `not_supported`, `io` */
  async pack(version: number): Promise<CommitPack | undefined> {
    const first = firstOfBlock(version);
    let pack = this.#packs.get(first);
    if (pack === undefined) {
      const bytes = await this.#store.get(packKey(first));
      pack = bytes && (await decodeCommitPack(bytes, first, this.#sha256));
    }
    if (pack !== undefined) {
      this.#packs.delete(first);
      this.#packs.set(first, pack);
      for (const oldest of [...this.#packs.keys()].slice(0, -MOST_KEPT_PACKS)) {
        this.#packs.delete(oldest);
      }
    }
    return pack;
  }

  /**
   * Reads one record; undefined if it does not exist.
   *
   * @param newest the newest version that is known: it tells which place is the likelier one
   * @param expectedSha256 the record's hash, if it is known: a file that has it needs no look for a pack
   * @throws {ZarrStoreError} `integrity`, `not_supported`, `io`
   */
  async record(version: number, newest: number, expectedSha256?: string): Promise<CommitRecord | undefined> {
    const packed = mayBePacked(version, newest)
      ? (await this.pack(version))?.get(version)
      : this.kept(version)?.get(version);
    if (packed !== undefined) {
      return packed;
    }
    const bytes = await readStoredRecord(this.#store, version);
    const record = bytes && (await decodeCommitRecord(bytes, version, this.#sha256));
    if (record !== undefined && record.sha256 === expectedSha256) {
      return record;
    }
    return (await this.pack(version))?.get(version) ?? record;
  }

  /** Yields the records from `newest` down to the one above `down`, and reads each pack once. A record that is missing is left out. */
  async *backwards(newest: number, down = 0): AsyncIterable<CommitRecord> {
    for (let version = newest; version > down; version--) {
      const pack = mayBePacked(version, newest) && isLastOf(version) ? await this.pack(version) : undefined;
      const record = (pack ?? this.kept(version))?.get(version) ?? (await this.#unpacked(version));
      if (record !== undefined) {
        yield record;
      }
    }
  }

  async #unpacked(version: number): Promise<CommitRecord | undefined> {
    const bytes = await readStoredRecord(this.#store, version);
    return bytes === undefined
      ? (await this.pack(version))?.get(version)
      : decodeCommitRecord(bytes, version, this.#sha256);
  }
}

function isLastOf(version: number): boolean {
  return lastOfBlock(version) === version;
}
