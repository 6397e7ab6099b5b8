// Commits one transaction: finish the last commit, check for conflicts, link the record, publish the files.

import { ZarrStoreError } from "../errors.ts";
import type { WriterIdentity } from "../runtime/runtime.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import type { StoreKey } from "../store/store-key.ts";
import { settleTornRecord } from "./claim/settle-torn-record.ts";
import type { CommitContext, KeptEdit } from "./commit-context.ts";
import { withHistory } from "./history/history-details.ts";
import { HistoryKeeper, NO_HISTORY } from "./history/keep-history.ts";
import { type WriterLockOptions, withWriterLock } from "./lock/writer-lock.ts";
import { noteLatest } from "./publish/note-latest.ts";
import { type PublishOptions, publish, publishAgain } from "./publish/publish.ts";
import { putBackConsolidated } from "./publish/put-back-node.ts";
import { type AbandonedStaging, finishHead, removeAbandoned, wantedOf } from "./publish/recovery.ts";
import {
  type ClaimMethod,
  type CommitOp,
  type CommitRecord,
  encodeCommitRecord,
} from "./records/commit-record.ts";
import { stagingOf } from "./records/control-keys.ts";
import { allOf, applyMerges, type DroppedByPath } from "./write/apply-merges.ts";
import { assertBorneOut } from "./write/assert-borne-out.ts";
import { assertNotModifiedOutside, LongWalkNeeded } from "./write/assert-not-modified-outside.ts";
import { conflictError } from "./write/conflict-error.ts";
import { decideCommit } from "./write/decide-commit.ts";
import { linkRecord } from "./write/link-record.ts";
import type { Transaction } from "./write/transaction.ts";

/** The outcome of a transaction. */
export interface Commit {
  /** The version that holds the changes, or the head's version if nothing changed. */
  readonly version: number;
  readonly txid: string;
  /** False if nothing changed, so that nothing was committed. */
  readonly committed: boolean;
  /** False if the files are still staged. This package reads them there; the next writer moves them into place. */
  readonly published: boolean;
  readonly ops: readonly CommitOp[];
  /** Images that another writer added first, so that this transaction dropped its own copy. */
  readonly droppedImageIds: readonly string[];
  /**
   * What other programs wrote to files while the commit replaced or deleted them, or while an earlier one did that this one
   * finished. Nothing of it is lost: each says where it is.
   */
  readonly kept: readonly KeptEdit[];
}

export interface CommitOptions {
  readonly message: string;
  readonly details?: CommitRecord["details"] | undefined;
  /** `"batched"` flushes all files to disk before the commit counts; `"none"` leaves that to the operating system. */
  readonly durability: "batched" | "none";
  readonly lock: WriterLockOptions;
  /** Staging of dead writers. This commit bars them from committing, then removes their files. */
  readonly abandoned: readonly AbandonedStaging[];
  /** How versions are claimed from this commit on, if it makes or upgrades the dataset, or is a switch. It was probed. */
  readonly claim: ClaimMethod;
  /** Commit even without changes, to record how versions are claimed from now on. Default false. */
  readonly isClaimSwitch?: boolean;
  /** Make a dataset of version 2 one of version 3. Default false. */
  readonly isUpgrade?: boolean;
  /** Commit even without changes, if there is abandoned staging to bar, or something to say in `details`. Default false. */
  readonly isFence?: boolean;
  /** Any commit since the transaction began is a conflict. Default false. */
  readonly isIsolated?: boolean;
}

/** What the rounds of one commit have settled so far. Each round starts from a newer head. */
interface Rounds {
  readonly droppedByPath: DroppedByPath;
  /** Changes left out because the head already had them, with the hash it had. */
  readonly superfluous: Map<StoreKey, string | null>;
  /** How often the lock was let go to read a long part of the log. */
  walks: number;
}

/** Others may commit a long part of the log again meanwhile; at last it is read under the lock. */
const MOST_WALKS = 3;

/**
 * Runs the protocol of docs/commit-protocol.md#a-commit-step-by-step, in rounds until no other writer comes first.
 *
 * An error before the link leaves the dataset unchanged. After the link, no error can fail the commit.
 *
 * @throws {ZarrStoreError} `conflict` (run the transaction again), `modified_outside`, `integrity` for a damaged log,
 * `aborted`, `io`
 */
export async function commitTransaction(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
): Promise<Commit> {
  const { log, store } = context;
  await transaction.settle();
  await context.onStep("staged");
  if (options.durability === "batched" && transaction.staging.isMade) {
    await store.sync(transaction.staging.keysOf(stagedPaths(transaction)));
  }
  await context.onStep("synced");
  const rounds: Rounds = { droppedByPath: new Map(), superfluous: new Map(), walks: 0 };
  const { kept } = context.session;
  kept.length = 0;
  for (;;) {
    const outcome = await withWriterLock(context, transaction.txid, options.lock, () =>
      commitUnderLock(context, transaction, options, rounds),
    );
    if (!(outcome instanceof LongWalkNeeded)) {
      return { ...outcome, kept: [...kept] };
    }
    throwIfAborted(options.lock.signal);
    rounds.walks++;
    await log.traces.of(outcome.found);
    await context.onStep("traced");
  }
}

async function commitUnderLock(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
  rounds: Rounds,
): Promise<Outcome | LongWalkNeeded> {
  const { log } = context;
  await context.onStep("locked");
  for (let round = 0; ; round++) {
    throwIfAborted(options.lock.signal);
    await (round === 0 ? log.refreshBeforeClaim() : log.refresh());
    await settleTornRecord(context);
    log.assertWhole();
    const { version } = log.head;
    await finishHead(context, options.durability);
    await context.onStep("finished-head");
    const outcome =
      log.head.txid === transaction.txid
        ? await alreadyLinked(context, rounds)
        : await tryCommit(context, transaction, options, version, rounds);
    if (outcome !== "raced") {
      return outcome;
    }
  }
}

/** The outcome of a transaction that changes nothing. */
export function unchanged(version: number, txid: string): Commit {
  return { version, txid, committed: false, published: true, ops: [], droppedImageIds: [], kept: [] };
}

/** The outcome of one round. What was kept is known at the end. */
type Outcome = Omit<Commit, "kept">;

/**
 * Tries one round on the head at `version`, whose publication is complete. Readers of this process share the head, so
 * it may advance at any `await`; the round then returns `raced`.
 */
async function tryCommit(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
  version: number,
  rounds: Rounds,
): Promise<Outcome | LongWalkNeeded | "raced"> {
  const { log, runtime, store } = context;
  const { txid } = transaction;
  if (log.head.isAborted(txid)) {
    throw conflictError([stagingOf(txid)], "the transaction was barred from committing by another writer");
  }
  const merged = await applyMerges(transaction, rounds.droppedByPath);
  if (options.durability === "batched" && merged.length > 0) {
    const changed = new Set(stagedPaths(transaction));
    await store.sync(transaction.staging.keysOf(merged.filter((path) => changed.has(path))));
  }
  if (log.head.version !== version) {
    return "raced";
  }
  const ops = await decideOps(context, transaction, options, rounds);
  const abandoned = withoutWanted(context, options.abandoned);
  const isFence = options.isFence === true && (abandoned.length > 0 || options.details !== undefined);
  const isSwitch = options.isClaimSwitch === true && log.head.claim !== options.claim;
  if (ops.length === 0 && !isFence && !isSwitch) {
    await transaction.discard();
    return { version, txid, committed: false, published: true, ops, droppedImageIds: droppedIds(rounds) };
  }
  if (options.isIsolated === true && version !== transaction.base) {
    throw new ZarrStoreError(
      "conflict",
      "another commit came first, and this one rests on all that it read",
      {
        expected: transaction.base,
        found: version,
      },
    );
  }
  await assertBorneOut(context, ops);
  const format = options.isUpgrade === true ? 2 : log.head.nextRecordFormat;
  const keeper = new HistoryKeeper(context, transaction);
  const seen = await assertNotModifiedOutside(
    context,
    ops,
    async (op, read, sha256) => (format === 1 ? undefined : keeper.offer(op, read, sha256)),
    {
      mayWalkFar: rounds.walks >= MOST_WALKS,
      lost: transaction.lost,
      mayReplace: (path, sha256) => transaction.replaces.get(path) === sha256,
    },
  );
  if (seen instanceof LongWalkNeeded) {
    return seen;
  }
  await context.onStep("checked");
  const history = format === 1 ? NO_HISTORY : await keeper.keep(ops);
  const details = withHistory(options.details, history);
  const { record, bytes } = await encodeCommitRecord(
    {
      format,
      version: version + 1,
      txid,
      base: transaction.base,
      parentSha256: log.head.recordSha256,
      writer: inRecord(runtime.writer),
      committedUtc: new Date(runtime.nowEpochMs()).toISOString(),
      message: options.message,
      ops,
      abort: abandoned.map((staging) => staging.txid),
      // The first record of a dataset of version 3 says how the later versions are claimed.
      ...((version === 0 || options.isUpgrade === true || options.isClaimSwitch === true) && {
        claim: options.claim,
      }),
      ...(details !== undefined && { details }),
    },
    runtime.sha256,
  );
  if (!(await linkRecord(context, transaction, record, bytes, options.durability, history.keys))) {
    return "raced";
  }
  context.session.isHistoryNamed ||= history.keys.includes("") && options.durability === "batched";
  const published = await publishLinked(context, record, bytes.length, seen);
  if (published) {
    await putBackConsolidated(context, ops, options.durability);
  }
  await noteLatest(context);
  await removeAbandoned(context, abandoned);
  return { version: version + 1, txid, committed: true, published, ops, droppedImageIds: droppedIds(rounds) };
}

/** A record names who wrote it, for people. It is never asked whether that process lives. */
function inRecord({ host, pid, started, person }: WriterIdentity): CommitRecord["writer"] {
  return { host, pid, started, ...(person !== undefined && { person }) };
}

/**
 * Returns the ops that still hold on the current head, and withdraws those that the head already has. The decision is
 * made before the first `await`, so that the head cannot advance in between.
 */
async function decideOps(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
  { superfluous }: Rounds,
): Promise<readonly CommitOp[]> {
  const { log } = context;
  const current = (path: StoreKey): string | null => log.head.object(path)?.sha256 ?? null;
  const undone = [...superfluous].filter(([path, hash]) => current(path) !== hash).map(([path]) => path);
  if (undone.length > 0) {
    throw conflictError(undone, "another commit made the same change, which was then undone");
  }
  const decision = decideCommit(log.head, transaction.ops(), transaction.readPaths);
  if (decision.decision === "refuse") {
    throw new ZarrStoreError(decision.code, `${decision.why}: ${decision.paths.join(", ")}`, {
      paths: decision.paths,
    });
  }
  if (decision.decision === "conflict") {
    throw conflictError(decision.paths, decision.why);
  }
  for (const path of decision.superfluous) {
    superfluous.set(path, current(path));
  }
  for (const path of decision.superfluous) {
    await (transaction.lost.has(path)
      ? putBack(context, transaction, path, options)
      : transaction.withdraw(path));
  }
  return decision.ops;
}

/** Puts the committed bytes of a lost object back, which were made again. That changes nothing, so no commit says it. */
async function putBack(
  context: CommitContext,
  transaction: Transaction,
  path: StoreKey,
  { durability }: CommitOptions,
): Promise<void> {
  if (transaction.ops().some((op) => op.op === "put" && op.path === path)) {
    await publishAgain(context, transaction.txid, path);
    await (durability === "batched" ? context.store.sync([path]) : undefined);
  }
  await transaction.withdraw(path);
}

async function publishLinked(
  context: CommitContext,
  record: CommitRecord,
  sizeBytes: number,
  options: PublishOptions,
): Promise<boolean> {
  try {
    context.log.applyOwn(record, sizeBytes);
    await context.onStep("committed");
    await publish(context, record, options);
    return true;
  } catch (error) {
    context.logger.warn(
      `commit ${record.version} is stored, but not all of its files are in place yet: ${error instanceof Error ? error.message : String(error)}; the next commit or a repair moves them, and so does the same command again`,
    );
    return false;
  }
}

/** A link that reported an error had worked after all: the head is this transaction, and is published by now. */
async function alreadyLinked({ log }: CommitContext, rounds: Rounds): Promise<Outcome | "raced"> {
  const record = await log.headRecord();
  if (record === undefined) {
    return "raced";
  }
  const { version, txid, ops } = record;
  return { version, txid, committed: true, published: true, ops, droppedImageIds: droppedIds(rounds) };
}

/** Leaves out transactions that looked dead but have been committed since. */
function withoutWanted(
  { log }: CommitContext,
  abandoned: readonly AbandonedStaging[],
): readonly AbandonedStaging[] {
  const wanted = wantedOf(log.head, abandoned);
  return abandoned.filter((staging) => !wanted.includes(staging) && staging.txid !== log.head.txid);
}

function stagedPaths(transaction: Transaction): readonly StoreKey[] {
  return transaction.ops().flatMap((op) => (op.op === "put" ? [op.path] : []));
}

function droppedIds({ droppedByPath }: Rounds): readonly string[] {
  return [...allOf(droppedByPath)].map((group) => group.slice(group.indexOf("/") + 1));
}
