// Opens the commit log of a store, runs transactions on it, and keeps the writers of one process in order.

import { isZarrStoreError, ZarrStoreError } from "../errors.ts";
import type { Logger } from "../runtime/logger.ts";
import type { ReadOptions } from "../runtime/read-options.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import { isWritableStore, type ReadableStore } from "../store/key-value-store.ts";
import { isListableStore } from "../store/read-only-store.ts";
import type { StoreKey } from "../store/store-key.ts";
import { assertNoLinkTree, assertOneDevice } from "./assert-one-device.ts";
import { assertClaimWorks, assertSafePlace, chooseClaim } from "./claim/probe-claim.ts";
import { type Commit, type CommitOptions, commitTransaction, unchanged } from "./commit.ts";
import type { CommitContext, CommitSession, CommitStep } from "./commit-context.ts";
import type { EditRules } from "./content-rules.ts";
import { type WriterLockOptions, withWriterLock } from "./lock/writer-lock.ts";
import { type Checkpoint, isAtItsRecord, openCheckpoint } from "./log/checkpoint.ts";
import { CommitLog } from "./log/commit-log.ts";
import { type GcPlan, type PlanGcOptions, planGc } from "./maintain/plan-gc.ts";
import { ObjectReader } from "./object-reader.ts";
import { noteLatest } from "./publish/note-latest.ts";
import { type AbandonedStaging, surveyStaging } from "./publish/recovery.ts";
import type { ClaimMethod, CommitRecord } from "./records/commit-record.ts";
import { OLD_CHECKPOINT } from "./records/control-keys.ts";
import { findLogGap, listLog } from "./records/log-gap.ts";
import { assertCheckpointHolds } from "./write/assert-borne-out.ts";
import { packableBlocks, packBlock } from "./write/pack-log.ts";
import { Transaction } from "./write/transaction.ts";

export interface CommitEngineOptions {
  readonly runtime: Runtime;
  readonly logger: Logger;
  /** Default `"batched"`. */
  readonly durability?: "batched" | "none" | undefined;
  readonly lock?: WriterLockOptions | undefined;
  /** What the files mean. Without these rules, a Zarr node that another program wrote to counts as damaged. */
  readonly rules?: EditRules | undefined;
  /** Told of each edit of another program that stood where a commit put or deleted a file, and where it is now. */
  readonly onKept?: CommitSession["onKept"];
  readonly onStep?: ((step: CommitStep, path?: string) => void | Promise<void>) | undefined;
}

export interface TransactionOptions {
  /** What the commit says to programs, as JSON in the log. */
  readonly details?: CommitRecord["details"] | undefined;
  /** A short note about the commit, kept in the log; or what says it once `fn` has run. */
  readonly message?: string | (() => string);
  /** How often `fn` may run again after a conflict. Default: once, and as often as begins within 60 s of the first conflict. */
  readonly retries?: number;
  /** Commit also if nothing changes, because `details` says something. Default false. */
  readonly evenIfUnchanged?: boolean;
  /** Run `fn` again also if any other commit came since it began, for decisions that rest on what is only read. Default false. */
  readonly isolated?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** How the engine is asked for a commit. */
export interface EngineTransactionOptions extends TransactionOptions {
  /** Make a dataset of version 2 one of version 3. Default false. */
  readonly isUpgrade?: boolean;
}

type BareOptions = Partial<CommitOptions> & ReadOptions;
/** On a busy machine, ten seconds were too few to come through beside eight writers. */
const RETRY_FOR_MS = 60_000;

/** The committed state of one store, and the way to change it. Within a process, commits run one at a time. */
export class CommitEngine {
  readonly log: CommitLog;
  readonly reader: ObjectReader;
  readonly #store: ReadableStore;
  readonly #options: CommitEngineOptions;
  readonly #session: CommitSession;
  #queue: Promise<unknown> = Promise.resolve();
  #prepared: Promise<void> | undefined;
  #abandoned: readonly AbandonedStaging[] = [];
  /** The claim method that was found to work here. */
  #claim: ClaimMethod | undefined;
  #checkpointSizeBytes = 0;

  constructor(store: ReadableStore, options: CommitEngineOptions) {
    this.#store = store;
    this.#options = options;
    this.#session = { isHistoryNamed: false, canRenameFolders: true, kept: [], onKept: options.onKept };
    this.log = new CommitLog(store, options.runtime.sha256, options.logger);
    const { rules, logger, runtime } = options;
    this.reader = new ObjectReader(store, this.log, runtime, rules && { rules, logger });
  }

  /** The size in bytes of the last checkpoint that this session read or wrote; 0 before the first. */
  get checkpointSizeBytes(): number {
    return this.#checkpointSizeBytes;
  }

  /** The stored checkpoint, or undefined if it is missing or damaged. */
  async readCheckpoint(): Promise<Checkpoint | undefined> {
    const warn = (_key: StoreKey, why: string): void => this.#options.logger.warn(why);
    return openCheckpoint(this.#store, warn, this.log.hint, this.#options.runtime.gunzip);
  }

  /** Notes that a checkpoint of the head was written. If it is the first, `latest.json` names it from now on. */
  async checkpointed(key: StoreKey, sizeBytes: number): Promise<void> {
    const { checkpointKey } = this.log;
    this.#checkpointSizeBytes = sizeBytes;
    this.log.checkpointed(key);
    if (key !== checkpointKey) {
      await this.#atLeisure((context) => noteLatest(context));
    }
  }

  /**
   * Packs old records, see {@link packBlock}. Others may write between two blocks. If the lock is not free at once, this is
   * left to the next session.
   */
  async packLog(): Promise<void> {
    const { durability = "batched" } = this.#options;
    const { store } = this.#writableContext();
    for (const block of await packableBlocks(store, this.log.head)) {
      await this.#atLeisure((context) => packBlock(context, block, durability));
    }
  }

  /** Runs `fn` under the lock, or not at all if another writer holds it. */
  async #atLeisure(fn: (context: CommitContext) => Promise<unknown>): Promise<void> {
    try {
      await this.maintain(fn, { lock: { timeoutMs: 100 } });
    } catch (error) {
      if (!isZarrStoreError(error, "conflict")) {
        throw error;
      }
    }
  }

  /**
   * Reads the checkpoint and the records after it. If the log is damaged, the state before the damage is used, with a
   * warning.
   *
   * @returns the checkpoint, if there is a sound one
   * @throws {ZarrStoreError} `integrity` if no part of the log can be read, `not_supported` for a later format, `io`
   */
  async open(): Promise<Checkpoint | undefined> {
    await this.log.readHint();
    const checkpoint = await this.#soundCheckpoint();
    if (checkpoint !== undefined) {
      this.log.restoreFrom(checkpoint);
      this.#checkpointSizeBytes = checkpoint.storedBytes;
    }
    const store = this.#store;
    if (isListableStore(store)) {
      const listing = await listLog(store);
      if (listing.newest > this.log.head.version) {
        await this.log.refreshTo(listing.newest);
      }
      this.log.noteGap(await findLogGap(store, listing, this.log.head.firstOfFormat2));
    } else {
      await this.log.refresh();
    }
    if (this.log.head.version === 0) {
      this.log.assertWhole();
    }
    return checkpoint;
  }

  /**
   * Reads the checkpoint, and compares it with the record of its version. One of another log, such as that of a copy that
   * went its own way, is ignored with a warning, and so is one in the form of version 2 beside a later log. Where that
   * record is missing or damaged, there is nothing better to read; nothing is written then.
   */
  async #soundCheckpoint(): Promise<Checkpoint | undefined> {
    const checkpoint = await this.readCheckpoint();
    const { hint } = this.log;
    if (
      checkpoint === undefined ||
      (checkpoint.version === hint?.version && checkpoint.recordSha256 === hint.recordSha256) ||
      (hint === undefined && (await isAtItsRecord(this.#store, checkpoint)))
    ) {
      return checkpoint;
    }
    const record = await this.log
      .record(checkpoint.version, checkpoint.recordSha256)
      .catch((error: unknown) => {
        if (!isZarrStoreError(error, "integrity")) {
          throw error;
        }
      });
    const isOfRecord =
      record?.sha256 === checkpoint.recordSha256 &&
      record.txid === checkpoint.txid &&
      (record.format === 1) === (checkpoint.key === OLD_CHECKPOINT);
    if (record === undefined || isOfRecord) {
      return checkpoint;
    }
    this.#options.logger.warn(
      `${checkpoint.key} does not match commit record ${checkpoint.version}, reading the whole log`,
    );
    return undefined;
  }

  /**
   * Runs `fn` on a new transaction and commits it. After a conflict, runs both again.
   *
   * @throws {ZarrStoreError} `conflict` when no attempt is left, `read_only`, whatever `fn` throws, and whatever
   * {@link commitTransaction} throws
   */
  async transact<T>(
    fn: (transaction: Transaction) => Promise<T>,
    options: EngineTransactionOptions = {},
  ): Promise<{ readonly value: T; readonly commit: Commit }> {
    const { runtime } = this.#options;
    const { retries = Number.POSITIVE_INFINITY } = options;
    const context = this.#writableContext();
    let firstConflictMs: number | undefined;
    for (let run = 0; ; run++) {
      throwIfAborted(options.signal);
      await this.#refreshToWrite(context);
      const transaction = new Transaction(context, this.reader);
      try {
        const value = await fn(transaction);
        throwIfAborted(options.signal);
        const commit = await this.#commit(context, transaction, options);
        transaction.end();
        return { value, commit };
      } catch (error) {
        await transaction.discard();
        firstConflictMs ??= runtime.monotonicMs();
        const mayRunAgain = run < retries && runtime.monotonicMs() - firstConflictMs < RETRY_FOR_MS;
        if (!isZarrStoreError(error, "conflict") || !mayRunAgain) {
          throw error;
        }
        await runtime.sleepMs(Math.min(50, 1 + run) * runtime.random());
      }
    }
  }

  async #commit(
    context: CommitContext,
    transaction: Transaction,
    options: EngineTransactionOptions,
  ): Promise<Commit> {
    await transaction.settle();
    const isFence = options.evenIfUnchanged === true && options.details !== undefined;
    if (transaction.isEmpty && !isFence) {
      await transaction.discard();
      return unchanged(this.log.head.version, transaction.txid);
    }
    return this.#oneAtATime(async () => {
      await this.#prepareOnce(context);
      const commit = await commitTransaction(context, transaction, {
        message: (typeof options.message === "function" ? options.message() : options.message) ?? "",
        details: options.details,
        durability: this.#options.durability ?? "batched",
        lock: { ...this.#options.lock, signal: options.signal },
        abandoned: this.#abandoned,
        claim: this.#claim ?? "link",
        isUpgrade: options.isUpgrade === true,
        isFence,
        isIsolated: options.isolated === true,
      });
      this.#abandoned = commit.committed ? [] : this.#abandoned;
      return commit;
    });
  }

  /**
   * Records the claim method that works where the dataset lies now, in a commit of its own, if it is not the recorded one. It
   * excludes the writers of this place only, so nobody may write through another mount meanwhile.
   *
   * @returns the commit; undefined if the recorded method is the best one here
   * @throws {ZarrStoreError} `not_supported` where no method is safe, `conflict`, `io`
   */
  async recordClaim({ signal }: ReadOptions = {}): Promise<Commit | undefined> {
    const context = this.#writableContext();
    return this.#oneAtATime(async () => {
      await this.#prepareOnce(context, "switch");
      const claim = await chooseClaim(context);
      const { head } = this.log;
      if (head.nextRecordFormat === 1 || head.version === 0 || head.claim === claim) {
        return undefined;
      }
      const message = `claim versions by ${claim === "link" ? "hard links" : "renamed folders"}`;
      const commit = await this.#commitBare(context, { message, claim, isClaimSwitch: true, signal });
      this.#claim = claim;
      return commit.committed ? commit : undefined;
    });
  }

  /** Runs `fn` in turn with the commits of this process, and holds the writer lock against other processes. */
  async maintain<T>(
    fn: (context: CommitContext, durability: "batched" | "none") => Promise<T>,
    options: ReadOptions & { readonly lock?: WriterLockOptions } = {},
  ): Promise<T> {
    const context = this.#writableContext();
    const { durability = "batched" } = this.#options;
    const lock = { ...this.#options.lock, ...options.lock, signal: options.signal };
    return this.#oneAtATime(async () => {
      await assertSafePlace(context);
      await assertNoLinkTree(context.store);
      return withWriterLock(context, `maintenance-${context.runtime.newId()}`, lock, () =>
        fn(context, durability),
      );
    });
  }

  /** Lists what a garbage collection could remove, according to the current log. */
  async planGc(options: PlanGcOptions = {}): Promise<GcPlan> {
    return this.look((context) => planGc(context, options));
  }

  /** Runs `fn`, which changes nothing, on the newest version. */
  async look<T>(fn: (context: CommitContext) => Promise<T>): Promise<T> {
    const context = this.#writableContext();
    await this.#refreshToWrite(context);
    return fn(context);
  }

  /** Commits a record that bars these transactions from committing, then removes the files they staged. */
  async fence(abandoned: readonly AbandonedStaging[], options: BareOptions = {}): Promise<Commit> {
    const context = this.#writableContext();
    return this.#oneAtATime(async () => {
      await this.#prepareOnce(context);
      const { message = "", details, signal } = options;
      return this.#commitBare(context, { message, details, signal, abandoned, isFence: true });
    });
  }

  /** Commits a record without changes. */
  async #commitBare(
    context: CommitContext,
    { signal, ...options }: BareOptions & { readonly message: string },
  ): Promise<Commit> {
    const transaction = new Transaction(context, this.reader);
    try {
      return await commitTransaction(context, transaction, {
        durability: this.#options.durability ?? "batched",
        lock: { ...this.#options.lock, signal },
        abandoned: [],
        claim: this.#claim ?? "link",
        ...options,
      });
    } catch (error) {
      await transaction.discard();
      throw error;
    }
  }

  /**
   * Runs before the first commit of a session: checks that all folders are on one device, surveys what earlier writers left
   * behind, and tries whether versions can be claimed here as the dataset records it.
   */
  async #prepareOnce(context: CommitContext, why: "commit" | "switch" = "commit"): Promise<void> {
    this.#prepared ??= (async (): Promise<void> => {
      await assertOneDevice(context.store);
      await this.#refreshToWrite(context, "list");
      await assertCheckpointHolds(context);
      this.#abandoned = await surveyStaging(context);
    })();
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
    const recorded = this.log.head.claim;
    if (why === "commit" && (this.#claim === undefined || (recorded ?? this.#claim) !== this.#claim)) {
      await (recorded && assertClaimWorks(context, recorded));
      this.#claim = recorded ?? (await chooseClaim(context));
    }
  }

  /** @throws {ZarrStoreError} `integrity` for a damaged log */
  async #refreshToWrite({ store }: CommitContext, gaps: "list" | "as noted" = "as noted"): Promise<void> {
    const listing = gaps === "list" || this.log.hasGap ? await listLog(store) : undefined;
    await this.log.refresh();
    if (listing !== undefined) {
      this.log.noteGap(await findLogGap(store, listing, this.log.head.firstOfFormat2));
    }
    this.log.assertWhole();
  }

  async #oneAtATime<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(run, run);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  #writableContext(): CommitContext {
    const { runtime, logger, onStep, rules } = this.#options;
    if (!isWritableStore(this.#store)) {
      throw new ZarrStoreError("read_only", `${this.#store.location} can only be read`);
    }
    const context = { store: this.#store, log: this.log, runtime, logger, session: this.#session, rules };
    return { ...context, onStep: onStep ?? ((): void => undefined) };
  }
}
