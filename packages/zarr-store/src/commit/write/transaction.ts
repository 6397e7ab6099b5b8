import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitOp } from "../log/commit-record.ts";
import { isReservedPath, stagedKey } from "../log/control-keys.ts";
import { groupOf, zarrNode } from "../object-path.ts";
import type { ObjectReader } from "../object-reader.ts";
import { StagingArea } from "./staging-area.ts";
import { TurnQueue } from "./turn-queue.ts";

/** What a mergeable change makes of an object as it is at the moment of the commit. */
export interface MergeResult {
  /** The new bytes; undefined leaves the object as it is. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly imageIds?: readonly string[];
  /** Groups (`images/<id>`) that somebody else's commit made superfluous: this transaction drops its changes to them. */
  readonly droppedGroups?: readonly string[];
}

/** A change that is applied to whatever the object is when the commit is made, so that two writers' changes add up. */
export interface MergeableChange {
  readonly path: StoreKey;
  readonly merge: (current: Uint8Array<ArrayBuffer> | undefined) => Promise<MergeResult>;
}

interface StagedPut {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly imageIds?: readonly string[];
}

/**
 * Changes under way: everything written is staged below `__staging/<txid>`, nothing is in place. Reads see the
 * transaction's own changes over the committed state, but for merges, which are applied at the commit.
 */
export class Transaction {
  readonly txid: string;
  readonly base: number;
  readonly staging: StagingArea;
  readonly #context: CommitContext;
  readonly #reader: ObjectReader;
  /** The hash that a path had when this transaction first met it; null for none. */
  readonly #prev = new Map<StoreKey, string | null>();
  readonly #changes = new Map<StoreKey, StagedPut | "deleted">();
  /** Paths whose committed bytes the transaction has looked at, so that its changes may rest on them. */
  readonly #read = new Set<StoreKey>();
  readonly #turns = new TurnQueue<StoreKey>();
  /** Changes that were asked for, of several paths each, and are not through. */
  readonly #changing = new Set<Promise<unknown>>();
  #phase: "open" | "committing" | "ended" = "open";
  #merges: readonly MergeableChange[] = [];
  /** Paths whose change is what merges made of the head's object; all others are changed by the caller. */
  readonly #merged = new Set<StoreKey>();
  #failure: { readonly error: unknown } | undefined;
  #sealed = false;
  #changeCount = 0;

  constructor(context: CommitContext, reader: ObjectReader) {
    this.#context = context;
    this.#reader = reader;
    this.base = context.log.head.version;
    this.txid = `${this.base}-${context.runtime.newId()}`;
    this.staging = new StagingArea(context, this.txid);
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

  /** The ops of the commit as they stand, in order of first change. */
  ops(): readonly CommitOp[] {
    return [...this.#changes].flatMap(([path, change]): CommitOp[] => {
      const prev = this.#prev.get(path) ?? null;
      if (change !== "deleted") {
        return [{ op: "put", path, prev, ...change }];
      }
      return prev === null ? [] : [{ op: "delete", path, prev }];
    });
  }

  /** @throws {ZarrStoreError} as {@link ObjectReader.read} */
  async read(path: StoreKey, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#assertNotEnded();
    const change = this.#changes.get(path);
    if (change === "deleted") {
      return undefined;
    }
    if (change !== undefined) {
      return this.#context.store.get(stagedKey(this.txid, path), options);
    }
    await this.#meet(path);
    this.#read.add(path);
    return this.#reader.read(path, options);
  }

  async hash(path: StoreKey): Promise<string | undefined> {
    this.#assertNotEnded();
    const change = this.#changes.get(path);
    if (change !== undefined) {
      return change === "deleted" ? undefined : change.sha256;
    }
    return (await this.#meet(path)) ?? undefined;
  }

  /** The live paths of a group, sorted by code unit. */
  async paths(group: string): Promise<readonly StoreKey[]> {
    this.#assertNotEnded();
    // What another commit puts below a record that this transaction makes is a conflict of the two: there is nothing to ask.
    if (!this.#isNewRecord(group)) {
      await this.#context.log.refresh();
    }
    const isInGroup = (path: StoreKey): boolean =>
      group === "" ? groupOf(path) === "" : path.startsWith(`${group}/`);
    const live = new Set(this.#context.log.head.objectsOf(group).keys());
    for (const [path, change] of this.#changes) {
      if (change === "deleted") {
        live.delete(path);
      } else if (isInGroup(path)) {
        live.add(path);
      }
    }
    return [...live].sort();
  }

  /** The paths that this transaction puts or deletes, and which of the two; merges are not among them. */
  changedPaths(): ReadonlyMap<StoreKey, "put" | "deleted"> {
    this.#assertNotEnded();
    return new Map(
      [...this.#changes].map(([path, change]) => [path, change === "deleted" ? "deleted" : "put"]),
    );
  }

  /**
   * Stages new bytes for a path. Bytes that are there already are no change. Changes of one path are made in the order in
   * which they are asked for.
   *
   * @throws {ZarrStoreError} `invalid_name` for a path of the protocol's own; `io`, after which the transaction cannot be
   * committed
   */
  async put(path: StoreKey, bytes: Uint8Array<ArrayBuffer>, imageIds?: readonly string[]): Promise<void> {
    if (isReservedPath(path)) {
      throw new ZarrStoreError("invalid_name", `${path} is a name of the commit protocol`, { path });
    }
    this.#assertOpen();
    this.#changeCount++;
    this.#forgetMerges(path);
    await this.#inTurn(path, () => this.#stage(path, bytes, imageIds));
  }

  /** Returns whether there was something to delete. */
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
   * Adds a change that is applied at the moment of the commit, and again if another commit came first. It is applied to
   * what this transaction has put at the path before, if it has; what it puts there later replaces it.
   */
  merge(change: MergeableChange): void {
    this.#assertOpen();
    this.#changeCount++;
    this.#merges = [...this.#merges, change];
  }

  /** True if the transaction itself has put or deleted the object, so that nobody else's version of it matters. */
  hasOwnChange(path: StoreKey): boolean {
    return this.#changes.has(path) && !this.#merged.has(path);
  }

  /** Meets a path again for its merges: what it holds now is what this transaction replaces. */
  async rebase(path: StoreKey): Promise<void> {
    await this.withdraw(path);
    this.#prev.delete(path);
    this.#read.delete(path);
    this.#merged.add(path);
  }

  /** Stages what merges made of an object. */
  async putMerged(
    path: StoreKey,
    bytes: Uint8Array<ArrayBuffer>,
    imageIds?: readonly string[],
  ): Promise<void> {
    await this.#inTurn(path, () => this.#stage(path, bytes, imageIds));
  }

  /** Forgets a change, so that the path stays as it is in the head. */
  async withdraw(path: StoreKey): Promise<void> {
    await this.staging.remove(path);
    this.#changes.delete(path);
  }

  /**
   * Runs a change of several steps, all of which belong to the commit, also if the caller does not wait for it.
   *
   * @throws {ZarrStoreError} `invalid_argument` when the transaction is being committed or has ended
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

  /** Waits for every change that was asked for, whether it fails or not. */
  async idle(): Promise<void> {
    while (this.#changing.size > 0) {
      await Promise.allSettled(this.#changing);
    }
    await this.#turns.idle();
  }

  /** Forgets every change. */
  async withdrawAll(): Promise<void> {
    await this.idle();
    for (const path of [...this.#changes.keys()]) {
      await this.withdraw(path);
    }
    this.#merges = [];
  }

  /** Waits for every change that was asked for, and takes no more. @throws what staging threw, also if `fn` did not care */
  async settle(): Promise<void> {
    await this.idle();
    this.#phase = "committing";
    if (this.#failure !== undefined) {
      throw this.#failure.error;
    }
  }

  /** From here on the commit record may be linked, so that what is staged must stay. */
  seal(): void {
    this.#sealed = true;
  }

  /** The record is known not to be linked. */
  unseal(): void {
    this.#sealed = false;
  }

  /** Committed or not: who still holds it must not read or write by it. */
  end(): void {
    this.#phase = "ended";
  }

  /** Takes everything back that is staged, unless it may have been committed. */
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
    imageIds: readonly string[] | undefined,
  ): Promise<void> {
    // An outdated head is found out at the commit, as a conflict; asking the log for each new object is what costs.
    const met = this.#prev.get(path);
    const prev = met === undefined ? (this.#context.log.head.object(path)?.sha256 ?? null) : met;
    this.#prev.set(path, prev);
    const sha256 = await this.#context.runtime.sha256(bytes);
    if (sha256 === prev) {
      await this.withdraw(path);
      return;
    }
    await this.staging.put(path, bytes);
    this.#changes.set(path, { sha256, sizeBytes: bytes.length, ...(imageIds && { imageIds }) });
  }

  #assertOpen(): void {
    if (this.#phase !== "open") {
      throw endedError(this.txid, "takes no more changes: await each of them before its function returns");
    }
  }

  #assertNotEnded(): void {
    if (this.#phase === "ended") {
      throw endedError(this.txid, "is over: read by the dataset and its records");
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
    const prev = (await this.#reader.object(path))?.sha256 ?? null;
    this.#prev.set(path, prev);
    return prev;
  }
}

/** Late changes would be staged and never committed, or take the place of what was. */
function endedError(txid: string, what: string): ZarrStoreError {
  return new ZarrStoreError("invalid_argument", `transaction ${txid} ${what}`, { path: txid });
}

/** A lost race: another commit changed what this transaction had read. Running it again may succeed. */
export function conflictError(paths: readonly string[], why: string): ZarrStoreError {
  return new ZarrStoreError(
    "conflict",
    `${why}: ${paths.slice(0, 5).join(", ")}${paths.length > 5 ? ", …" : ""}`,
    {
      paths,
      ...(paths[0] !== undefined && { path: paths[0] }),
    },
  );
}
