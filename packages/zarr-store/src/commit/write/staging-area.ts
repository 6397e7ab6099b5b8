// The folder `__staging/<txid>`, in which a transaction writes its files.

import type { GetOptions } from "../../store/key-value-store.ts";
import { parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import {
  stagedAloneKey,
  stagedKey,
  stagedOwnerKey,
  stagedRecordKey,
  stagingOf,
} from "../records/control-keys.ts";
import { encodeOwner } from "../records/lock-owner.ts";
import { visitAndPrune } from "../records/visit-and-prune.ts";

/** The files of one transaction until they are moved into place, and the name of their writer. */
export class StagingArea {
  readonly #context: CommitContext;
  readonly #txid: string;
  /** Every path that may have a file here, whole or torn, and the key of that file. */
  readonly #keys = new Map<StoreKey, StoreKey>();
  /** Groups of objects that another thread writes. */
  readonly #lent = new Set<string>();
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

  /** Writes the file of a path. `form` counts for the first file of a path; later ones replace it. */
  async put(path: StoreKey, bytes: Uint8Array, form: "alone" | "in its folder"): Promise<void> {
    await this.#putOwner();
    const key = this.#keys.get(path) ?? (form === "alone" ? stagedAloneKey : stagedKey)(this.#txid, path);
    this.#keys.set(path, key);
    await this.#context.store.put(key, bytes);
  }

  /** Lets another thread write the objects of a group in its folder here; returns the key of that folder. */
  async lend(group: string): Promise<StoreKey> {
    await this.#putOwner();
    this.#lent.add(group);
    return stagedKey(this.#txid, group);
  }

  /** Takes over the file that another thread wrote for a path of a group that it was lent. */
  adopt(path: StoreKey): void {
    this.#keys.set(path, stagedKey(this.#txid, path));
  }

  /** Removes all files of a group that was lent. Nobody may write there any more. */
  async takeBack(group: string): Promise<void> {
    const { store } = this.#context;
    const folder = stagedKey(this.#txid, group);
    await visitAndPrune(store, folder, (file) => store.remove(file));
    await this.#removeEmpty(parentKey(folder));
    for (const path of [...this.#keys.keys()].filter((path) => path.startsWith(`${group}/`))) {
      this.#keys.delete(path);
    }
    this.#lent.delete(group);
  }

  /** Reads the file of a path back. */
  async get(path: StoreKey, options: GetOptions): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const key = this.#keys.get(path);
    return key && this.#context.store.get(key, options);
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
    await this.#removeEmpty(this.#keys.get(path));
    this.#keys.delete(path);
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
      for (const group of [...this.#lent]) {
        await this.takeBack(group);
      }
      for (const path of [...this.#keys.keys()]) {
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
      for (let key = this.#keys.get(path); key !== undefined; key = parentKey(key)) {
        keys.add(key);
      }
    }
    return [...keys];
  }

  /** Removes a file or an empty directory, and the directories above it that are then empty. */
  async #removeEmpty(from: StoreKey | undefined): Promise<void> {
    const root = stagingOf(this.#txid);
    for (let key = from; key !== undefined && key !== root; key = parentKey(key)) {
      if ((await this.#context.store.remove(key)) === "not_empty") {
        return;
      }
    }
  }

  async #putOwner(): Promise<void> {
    if (!this.#isMade) {
      this.#isMade = true;
      const owner = encodeOwner({ ...this.#context.runtime.writer, txid: this.#txid });
      await this.#context.store.put(stagedOwnerKey(this.#txid), owner);
    }
  }
}
