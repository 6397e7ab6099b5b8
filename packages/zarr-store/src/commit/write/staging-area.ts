// The folder `__staging/<txid>`, in which a transaction writes its files.

import { parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { stagedKey, stagedOwnerKey, stagedRecordKey, stagingOf } from "../records/control-keys.ts";
import { encodeOwner } from "../records/lock-owner.ts";

/** The files of one transaction until they are moved into place, and the name of their writer. */
export class StagingArea {
  readonly #context: CommitContext;
  readonly #txid: string;
  /** Every path that may have a file here, whole or torn. */
  readonly #paths = new Set<StoreKey>();
  #isMade = false;
  #hasRecord = false;

  constructor(context: CommitContext, txid: string) {
    this.#context = context;
    this.#txid = txid;
  }

  /** True once a file was written here. */
  get isMade(): boolean {
    return this.#isMade;
  }

  async put(path: StoreKey, bytes: Uint8Array): Promise<void> {
    await this.#putOwner();
    this.#paths.add(path);
    await this.#context.store.put(stagedKey(this.#txid, path), bytes);
  }

  /**
   * Stages the commit record, and returns the key from which it is linked. It is a new file each time: the older one may have
   * been linked into the log without our knowing, and a linked record is never written to again.
   */
  async putRecord(bytes: Uint8Array): Promise<StoreKey> {
    await this.#putOwner();
    const key = stagedRecordKey(this.#txid);
    if (this.#hasRecord) {
      await this.#context.store.remove(key);
    }
    this.#hasRecord = true;
    await this.#context.store.put(key, bytes);
    return key;
  }

  /** Removes the file of a path, and the directories that are then empty. */
  async remove(path: StoreKey): Promise<void> {
    if (!this.#paths.has(path)) {
      return;
    }
    const root = stagingOf(this.#txid);
    let key: StoreKey | undefined = stagedKey(this.#txid, path);
    while (key !== undefined && key !== root && (await this.#context.store.remove(key)) !== "not_empty") {
      key = parentKey(key);
    }
    this.#paths.delete(path);
  }

  /** Removes everything. If a file cannot be removed, a later writer discards it when it finds the owner dead. */
  async discard(): Promise<void> {
    if (!this.#isMade) {
      return;
    }
    const { store, logger } = this.#context;
    try {
      // First the record, so that nobody takes what is left for a whole transaction.
      await store.remove(stagedRecordKey(this.#txid));
      for (const path of [...this.#paths]) {
        await this.remove(path);
      }
      await store.remove(stagedOwnerKey(this.#txid));
      await store.remove(stagingOf(this.#txid));
    } catch (error) {
      logger.warn(`${stagingOf(this.#txid)} is left behind: ${String(error)}`);
    }
  }

  /** False if another process has removed what was written here. */
  async isThere(): Promise<boolean> {
    return !this.#isMade || (await this.#context.store.stat(stagedOwnerKey(this.#txid))) !== undefined;
  }

  /** Returns the files of these paths and all directories above them, to flush before the commit. */
  keysOf(paths: Iterable<StoreKey>): readonly StoreKey[] {
    const keys = new Set<StoreKey>();
    for (const path of paths) {
      for (
        let key: StoreKey | undefined = stagedKey(this.#txid, path);
        key !== undefined;
        key = parentKey(key)
      ) {
        keys.add(key);
      }
    }
    return [...keys];
  }

  async #putOwner(): Promise<void> {
    if (!this.#isMade) {
      this.#isMade = true;
      const owner = encodeOwner({ ...this.#context.runtime.writer, txid: this.#txid });
      await this.#context.store.put(stagedOwnerKey(this.#txid), owner);
    }
  }
}
