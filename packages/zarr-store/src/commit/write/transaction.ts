// A transaction: collects and stages changes until they are committed together.

import { ZarrStoreError } from "../../errors.ts";
import type { BriefReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { LentGroups } from "../lent-groups.ts";
import { groupOf, isRecordNode, zarrNode } from "../object-path.ts";
import type { ObjectReader } from "../object-reader.ts";
import type { PutOptions, StagedPut } from "../put-options.ts";
import type { CommitOp } from "../records/commit-record.ts";
import { isReservedPath } from "../records/control-keys.ts";
import { AskedHistory } from "./asked-history.ts";
import { conflictError } from "./conflict-error.ts";
import type { MergeableChange } from "./mergeable-change.ts";
import { StagingArea } from "./staging-area.ts";
import { TurnQueue } from "./turn-queue.ts";

/**
 * Changes that are not committed yet. Everything is staged below `__staging/<txid>`; nothing is in place. Reads see the
 * transaction's own changes over the committed state, except merges, which are applied at the commit.
 */
export class Transaction {
  readonly txid: string;
  readonly base: number;
  readonly staging: StagingArea;
  /** What the commit keeps in the history besides what it replaces. */
  readonly asked: AskedHistory;
  /** What other threads stage for this transaction. */
  readonly lent: LentGroups;
  readonly #context: CommitContext;
  /** Reads what is committed, whatever this transaction does. */
  readonly reader: ObjectReader;
  /** The hash that each path had when this transaction first used it; null if there was no object. */
  readonly #prev = new Map<StoreKey, string | null>();
  readonly #changes = new Map<StoreKey, StagedPut | "deleted">();
  /** Paths whose committed bytes the transaction has read, so that its changes may depend on them. */
  readonly #read = new Set<StoreKey>();
  /** How the objects of each image are staged. */
  readonly #forms = new Map<string, "alone" | "in its folder">();
  readonly #turns = new TurnQueue<StoreKey>();
  /** By path, the hash of another program's file that a change adopts. */
  readonly replaces: Map<StoreKey, string> = new Map();
  /** Calls of {@link change} that have started and not finished; each may change several paths. */
  readonly #changing = new Set<Promise<unknown>>();
  #phase: "open" | "committing" | "ended" = "open";
  #merges: readonly MergeableChange[] = [];
  /** Paths changed by merges only. All other paths were changed by the caller. */
  readonly #merged = new Set<StoreKey>();
  /** Objects whose bytes are gone: what is staged takes their place, and what stands there is kept. */
  readonly lost: Set<StoreKey> = new Set();
  #failure: { readonly error: unknown } | undefined;
  #sealed = false;
  #changeCount = 0;

  constructor(context: CommitContext, reader: ObjectReader) {
    this.#context = context;
    this.reader = reader;
    this.base = context.log.head.version;
    this.txid = `${this.base}-${context.runtime.newId()}`;
    this.staging = new StagingArea(context, this.txid);
    this.asked = new AskedHistory(context.runtime, () => this.#assertOpen());
    this.lent = new LentGroups(context, {
      ...{ staging: this.staging, prev: this.#prev, changes: this.#changes, forms: this.#forms },
      change: (path, run) => this.change(() => this.#inTurn(path, run)),
    });
  }

  get readPaths(): ReadonlySet<StoreKey> {
    return this.#read;
  }

  get merges(): readonly MergeableChange[] {
    return this.#merges;
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0 && this.#merges.length === 0;
  }

  /** Grows with every change, so that a caller can tell whether there was one. */
  get changeCount(): number {
    return this.#changeCount;
  }

  /** The ops of the commit so far, in order of first change. */
  ops(): readonly CommitOp[] {
    return [...this.#changes].flatMap(([path, change]): CommitOp[] => {
      const prev = this.#prev.get(path) ?? null;
      if (change !== "deleted") {
        return [{ op: "put", path, prev, ...change }];
      }
      return prev === null ? [] : [{ op: "delete", path, prev }];
    });
  }

  /** @throws {ZarrStoreError} as {@link ObjectReader.read}, and `conflict` if another commit changes the path meanwhile */
  async read(path: StoreKey, options: BriefReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertNotEnded();
    const change = this.#changes.get(path);
    if (change === "deleted") {
      return undefined;
    }
    if (change !== undefined) {
      return this.staging.get(path, options);
    }
    const prev = await this.#meet(path);
    this.#read.add(path);
    const found = await this.reader.readObject(path, options);
    if ((found?.sha256 ?? null) !== prev) {
      // The head may be back at `prev` when this is committed, as after an undo. So it is decided here.
      const error = conflictError([path], "changed while it was read");
      this.#failure ??= { error };
      throw error;
    }
    return found?.bytes;
  }

  async hash(path: StoreKey): Promise<string | undefined> {
    this.#assertNotEnded();
    const change = this.#changes.get(path);
    if (change !== undefined) {
      return change === "deleted" ? undefined : change.sha256;
    }
    return (await this.#meet(path)) ?? undefined;
  }

  /** Returns the existing paths of a group, sorted by code unit. */
  async paths(group: string, asOf: "now" | "last look" = "now"): Promise<readonly StoreKey[]> {
    this.#assertNotEnded();
    // If this transaction creates the record, anything that another commit puts below it is a conflict: no need to ask.
    if (asOf === "now" && !this.#isNewRecord(group)) {
      await this.#context.log.refresh();
    }
    const isInGroup = (path: StoreKey): boolean =>
      group === "" ? groupOf(path) === "" : path.startsWith(`${group}/`);
    const live = new Set((await this.#context.log.objectsOf(group)).keys());
    for (const [path, change] of this.#changes) {
      if (change === "deleted") {
        live.delete(path);
      } else if (isInGroup(path)) {
        live.add(path);
      }
    }
    return [...live].sort();
  }

  /** The paths that this transaction puts or deletes, without merges. */
  changedPaths(): ReadonlyMap<StoreKey, "put" | "deleted"> {
    this.#assertNotEnded();
    return new Map(
      [...this.#changes].map(([path, change]) => [path, change === "deleted" ? "deleted" : "put"]),
    );
  }

  /**
   * Stages new bytes for a path. Putting the bytes that are already there is not a change. Changes to one path are made
   * in the order of the calls.
   *
   * @throws {ZarrStoreError} `invalid_name` for a path that the protocol reserves; `io`, after which the transaction
   * cannot be committed
   */
  async put(path: StoreKey, bytes: Uint8Array<ArrayBuffer>, options: PutOptions = {}): Promise<void> {
    if (isReservedPath(path)) {
      throw new ZarrStoreError(
        "invalid_name",
        `${path}: names that begin with "__" are reserved for the commit protocol`,
        { path },
      );
    }
    this.#assertOpen();
    this.#changeCount++;
    this.#forgetMerges(path);
    options.replaces && this.replaces.set(path, options.replaces);
    await this.#inTurn(path, () => this.#stage(path, bytes, options));
  }

  /** Deletes a path, and returns whether there was something to delete. */
  async delete(path: StoreKey): Promise<boolean> {
    this.#assertOpen();
    this.#changeCount++;
    this.#forgetMerges(path);
    return this.#inTurn(path, async () => {
      const prev = await this.#meet(path);
      const change = this.#changes.get(path);
      await this.staging.remove(path);
      if (prev === null) {
        this.#changes.delete(path);
      } else {
        this.#changes.set(path, "deleted");
      }
      return change === undefined ? prev !== null : change !== "deleted";
    });
  }

  /**
   * Adds a change that is applied at the commit, and again if another commit comes first. It builds on what this
   * transaction put at the path before; a later put replaces it.
   */
  merge(change: MergeableChange): void {
    this.#assertOpen();
    this.#changeCount++;
    this.#merges = [...this.#merges, change];
  }

  /** True if the transaction itself put or deleted the object, so that other writers' versions of it do not matter. */
  hasOwnChange(path: StoreKey): boolean {
    return this.#changes.has(path) && !this.#merged.has(path);
  }

  /** Resets a path for its merges: what it holds now is what this transaction replaces. */
  async rebase(path: StoreKey): Promise<void> {
    await this.withdraw(path);
    this.#prev.delete(path);
    this.#read.delete(path);
    this.#merged.add(path);
  }

  /** Stages the result of an object's merges; undefined deletes the object. */
  async putMerged(
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer> | undefined,
    imageIds?: readonly string[],
  ): Promise<void> {
    await this.#inTurn(path, async () => {
      if (bytes !== undefined) {
        await this.#stage(path, bytes, { imageIds });
      } else if ((await this.#meet(path)) !== null) {
        await this.staging.remove(path);
        this.#changes.set(path, "deleted");
      }
    });
  }

  /** Drops a change, so that the path stays as it is in the head. */
  async withdraw(path: StoreKey): Promise<void> {
    await this.staging.remove(path);
    this.#changes.delete(path);
  }

  /**
   * Runs a change of several steps. All of them belong to the commit, even if the caller does not wait for them.
   *
   * @throws {ZarrStoreError} `invalid_argument` if the transaction is being committed or has ended
   */
  async change<T>(run: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    const running = run();
    this.#changing.add(running);
    try {
      return await running;
    } finally {
      this.#changing.delete(running);
    }
  }

  /** Waits until every started change has finished, whether it fails or not. */
  async idle(): Promise<void> {
    while (this.#changing.size > 0) {
      await Promise.allSettled(this.#changing);
    }
    await this.#turns.idle();
  }

  /** Drops every change. */
  async withdrawAll(): Promise<void> {
    await this.idle();
    for (const path of [...this.#changes.keys()]) {
      await this.withdraw(path);
    }
    this.#merges = [];
  }

  /**
   * Waits for every started change, then refuses new ones.
   *
   * @throws what staging threw, even if `fn` ignored it
   */
  async settle(): Promise<void> {
    await this.idle();
    this.#phase = "committing";
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }

  /** Marks that the commit record may be linked from now on, so that the staged files must stay. */
  seal(): void {
    this.#sealed = true;
  }

  /** Marks that the record is certainly not linked. */
  unseal(): void {
    this.#sealed = false;
  }

  /** Ends the transaction, committed or not: code that still holds it can no longer read or write through it. */
  end(): void {
    this.#phase = "ended";
  }

  /** Removes everything that is staged, unless it may have been committed. */
  async discard(): Promise<void> {
    this.end();
    await this.idle();
    if (!this.#sealed) {
      await this.staging.discard();
    }
  }

  async #stage(
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer>,
    { imageIds, sha256: known }: PutOptions,
  ): Promise<void> {
    // An outdated head shows up as a conflict at the commit. Reading the log for every new object would be slow.
    const met = this.#prev.get(path);
    const prev = met === undefined ? (this.#context.log.head.object(path)?.sha256 ?? null) : met;
    this.#prev.set(path, prev);
    const sha256 = known ?? (await this.#context.runtime.sha256(bytes));
    if (sha256 === prev && !this.lost.has(path)) {
      await this.withdraw(path);
      return;
    }
    await this.staging.put(path, bytes, this.#formOf(path, prev));
    this.#changes.set(path, { sha256, sizeBytes: bytes.length, ...(imageIds && { imageIds }) });
  }

  #assertOpen(): void {
    if (this.#phase !== "open") {
      throw endedError(this.txid, "takes no more changes: await each change before its function returns");
    }
  }

  #assertNotEnded(): void {
    if (this.#phase === "ended") {
      throw endedError(this.txid, "has ended: read from the dataset or its records instead");
    }
  }

  async #inTurn<T>(path: StoreKey, change: () => Promise<T>): Promise<T> {
    return this.#turns.run(path, async () => {
      try {
        return await change();
      } catch (error) {
        this.#failure ??= { error };
        throw error;
      }
    });
  }

  /**
   * A new image becomes visible as a whole, so its files are staged in one folder. Every other object is staged alone. One
   * image has one form: its folder must hold all of it.
   *
   * @throws {ZarrStoreError} `conflict` if the image was there when its first object was staged, and is gone now
   */
  #formOf(path: StoreKey, prev: string | null): "alone" | "in its folder" {
    const group = groupOf(path);
    if (group === "") {
      return "alone";
    }
    const form =
      this.#forms.get(group) ??
      (this.#context.log.head.object(zarrNode(group)) === undefined ? "in its folder" : "alone");
    this.#forms.set(group, form);
    if (form === "alone" && prev === null && isRecordNode(path)) {
      throw conflictError([path], "another commit deleted the image");
    }
    return form;
  }

  #isNewRecord(group: string): boolean {
    if (group === "") {
      return false;
    }
    const node = zarrNode(group);
    const change = this.#changes.get(node);
    return change !== undefined && change !== "deleted" && this.#prev.get(node) === null;
  }

  #forgetMerges(path: StoreKey): void {
    this.#merges = this.#merges.filter((change) => change.path !== path);
  }

  async #meet(path: StoreKey): Promise<string | null> {
    const met = this.#prev.get(path);
    if (met !== undefined) {
      return met;
    }
    const prev = (await this.reader.object(path))?.sha256 ?? null;
    this.#prev.set(path, prev);
    return prev;
  }
}

/** The error for a late call. A late change would be staged and never committed, or replace a committed file. */
function endedError(txid: string, what: string): ZarrStoreError {
  return new ZarrStoreError("invalid_argument", `transaction ${txid} ${what}`, { path: txid });
}
