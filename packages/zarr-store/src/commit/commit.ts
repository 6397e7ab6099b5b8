import { ZarrStoreError } from "../errors.ts";
import { throwIfAborted } from "../runtime/throw-if-aborted.ts";
import type { StoreKey } from "../store/store-key.ts";
import type { CommitContext } from "./commit-context.ts";
import { type WriterLockOptions, withWriterLock } from "./lock/writer-lock.ts";
import { type CommitOp, type CommitRecord, encodeCommitRecord } from "./log/commit-record.ts";
import { stagingOf } from "./log/control-keys.ts";
import { publish } from "./publish/publish.ts";
import { type AbandonedStaging, finishHead, removeAbandoned, wantedOf } from "./publish/recovery.ts";
import { allOf, applyMerges, type DroppedByPath } from "./write/apply-merges.ts";
import { assertNotModifiedOutside } from "./write/assert-not-modified-outside.ts";
import { decideCommit } from "./write/decide-commit.ts";
import { linkRecord } from "./write/link-record.ts";
import { conflictError, type Transaction } from "./write/transaction.ts";

/** What became of a transaction. */
export interface Commit {
  /** The version that holds the changes; the head's if there was nothing to change. */
  readonly version: number;
  readonly txid: string;
  /** False if nothing changed and so nothing was committed. */
  readonly committed: boolean;
  /** False if the files are still staged: readers of this package see them, the next writer moves them. */
  readonly published: boolean;
  readonly ops: readonly CommitOp[];
  /** Images that another writer had taken in meanwhile, so that this transaction dropped its own copy. */
  readonly droppedImageIds: readonly string[];
}

export interface CommitOptions {
  readonly message: string;
  /** `"batched"` flushes everything before the commit counts; `"none"` leaves it to the system. */
  readonly durability: "batched" | "none";
  readonly lock: WriterLockOptions;
  /** Staging of dead writers that this commit fences off, and then removes. */
  readonly abandoned: readonly AbandonedStaging[];
  /** Commit although nothing changes, if there is something to fence off. Default false. */
  readonly isFence?: boolean;
}

/** What the rounds of one commit have settled so far; each round begins from a newer head. */
interface Rounds {
  readonly droppedByPath: DroppedByPath;
  /** Changes left out because the head had them already, with the hash that it had. */
  readonly superfluous: Map<StoreKey, string | null>;
}

/**
 * Design §4: finish the head, check, link, publish. Before the link an error leaves everything as it was; from the
 * link on nothing fails the commit.
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
  const rounds: Rounds = { droppedByPath: new Map(), superfluous: new Map() };
  return withWriterLock(context, transaction.txid, options.lock, async () => {
    await context.onStep("locked");
    for (;;) {
      throwIfAborted(options.lock.signal);
      await log.refresh();
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
  });
}

/**
 * One round, on one head: that of `version`, which is finished. The head is shared with readers of this process, so it
 * may grow at any pause; then the round is `raced`.
 */
async function tryCommit(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
  version: number,
  rounds: Rounds,
): Promise<Commit | "raced"> {
  const { log, runtime, store } = context;
  const { txid } = transaction;
  if (log.head.isAborted(txid)) {
    throw conflictError([stagingOf(txid)], "the transaction was fenced off");
  }
  const merged = await applyMerges(transaction, rounds.droppedByPath);
  if (options.durability === "batched" && merged.length > 0) {
    const changed = new Set(stagedPaths(transaction));
    await store.sync(transaction.staging.keysOf(merged.filter((path) => changed.has(path))));
  }
  if (log.head.version !== version) {
    return "raced";
  }
  const ops = await decideOps(context, transaction, rounds);
  const abandoned = withoutWanted(context, options.abandoned);
  if (ops.length === 0 && !(options.isFence === true && abandoned.length > 0)) {
    await transaction.discard();
    return { version, txid, committed: false, published: true, ops, droppedImageIds: droppedIds(rounds) };
  }
  await assertNotModifiedOutside(context, ops);
  await context.onStep("checked");
  const { record, bytes } = await encodeCommitRecord(
    {
      version: version + 1,
      txid,
      base: transaction.base,
      parentSha256: log.head.recordSha256,
      writer: runtime.writer,
      committedUtc: new Date(runtime.nowEpochMs()).toISOString(),
      message: options.message,
      ops,
      abort: abandoned.map((staging) => staging.txid),
    },
    runtime.sha256,
  );
  if (!(await linkRecord(context, transaction, record, bytes, options.durability))) {
    return "raced";
  }
  const published = await publishLinked(context, record, bytes.length);
  await removeAbandoned(context, abandoned);
  return { version: version + 1, txid, committed: true, published, ops, droppedImageIds: droppedIds(rounds) };
}

/** The ops that hold on the head as it is now; those that it has already are withdrawn. Without a pause before deciding. */
async function decideOps(
  { log }: CommitContext,
  transaction: Transaction,
  { superfluous }: Rounds,
): Promise<readonly CommitOp[]> {
  const current = (path: StoreKey): string | null => log.head.object(path)?.sha256 ?? null;
  const undone = [...superfluous].filter(([path, hash]) => current(path) !== hash).map(([path]) => path);
  if (undone.length > 0) {
    throw conflictError(undone, "another commit made the same change, and it was undone");
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
    await transaction.withdraw(path);
  }
  return decision.ops;
}

async function publishLinked(
  context: CommitContext,
  record: CommitRecord,
  sizeBytes: number,
): Promise<boolean> {
  try {
    context.log.applyOwn(record, sizeBytes);
    await context.onStep("committed");
    await publish(context, record);
    return true;
  } catch (error) {
    context.logger.warn(`commit ${record.version} stands but is not in place yet: ${String(error)}`);
    return false;
  }
}

/** A link that was reported as lost had worked after all, and the head, by now in place, is this transaction's. */
async function alreadyLinked({ log }: CommitContext, rounds: Rounds): Promise<Commit | "raced"> {
  const record = await log.headRecord();
  if (record === undefined) {
    return "raced";
  }
  const { version, txid, ops } = record;
  return { version, txid, committed: true, published: true, ops, droppedImageIds: droppedIds(rounds) };
}

/** A transaction that was taken for dead may have been committed since. */
function withoutWanted(
  { log }: CommitContext,
  abandoned: readonly AbandonedStaging[],
): readonly AbandonedStaging[] {
  const wanted = wantedOf(log.head, abandoned);
  return abandoned.filter((staging) => !wanted.includes(staging));
}

function stagedPaths(transaction: Transaction): readonly StoreKey[] {
  return transaction.ops().flatMap((op) => (op.op === "put" ? [op.path] : []));
}

function droppedIds({ droppedByPath }: Rounds): readonly string[] {
  return [...allOf(droppedByPath)].map((group) => group.slice(group.indexOf("/") + 1));
}
