import { ZarrStoreError, isZarrStoreError } from "../errors.ts";
import { type StoreKey, joinKey } from "../store/store-key.ts";
import type { CommitContext } from "./commit-context.ts";
import { type CommitOp, type CommitRecord, encodeCommitRecord } from "./commit-record.ts";
import { COMMITS, commitKey, stagedRecordKey, stagingOf } from "./control-keys.ts";
import { decideCommit } from "./decide-commit.ts";
import { groupOf } from "./head.ts";
import { publish } from "./publish.ts";
import { type AbandonedStaging, finishHead, removeAbandoned } from "./recovery.ts";
import { type Transaction, conflictError } from "./transaction.ts";
import { type WriterLockOptions, withWriterLock } from "./writer-lock.ts";

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
}

/**
 * Design §4: finish the head, check, link, publish. Before the link an error leaves everything as it was; from the
 * link on nothing fails the commit.
 *
 * @throws {ZarrStoreError} `conflict` (run the transaction again), `modified_outside`, `io`
 */
export async function commitTransaction(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
): Promise<Commit> {
  await context.onStep("staged");
  const durable = options.durability === "batched";
  if (durable && transaction.hasStaging) {
    await context.store.sync(transaction.stagedKeys());
  }
  await context.onStep("synced");
  return withWriterLock(context, transaction.txid, options.lock, async () => {
    await context.onStep("locked");
    for (;;) {
      await context.log.refresh();
      await finishHead(context);
      await context.onStep("finished-head");
      const attempt = await tryCommit(context, transaction, options);
      if (attempt !== "raced") {
        return attempt;
      }
    }
  });
}

async function tryCommit(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
): Promise<Commit | "raced"> {
  const { log, runtime, logger } = context;
  if (log.head.isAborted(transaction.txid)) {
    throw conflictError([stagingOf(transaction.txid)], "the transaction was fenced off");
  }
  const droppedImageIds = await applyMerges(context, transaction, options);
  const decision = decideCommit(log.head, transaction.ops());
  if (decision.decision === "refuse") {
    throw new ZarrStoreError("invalid_argument", `${decision.why}: ${decision.paths.join(", ")}`, {
      paths: decision.paths,
    });
  }
  if (decision.decision === "conflict") {
    throw conflictError(decision.paths, decision.why);
  }
  for (const path of decision.superfluous) {
    await transaction.withdraw(path);
  }
  const { ops } = decision;
  if (ops.length === 0) {
    await transaction.discard();
    const { version } = log.head;
    return { version, txid: transaction.txid, committed: false, published: true, ops, droppedImageIds };
  }
  await assertNotModifiedOutside(context, ops);
  await context.onStep("checked");
  const { record, bytes } = await encodeCommitRecord(
    {
      version: log.head.version + 1,
      txid: transaction.txid,
      base: transaction.base,
      parentSha256: log.head.recordSha256,
      writer: runtime.writer,
      committedUtc: new Date(runtime.nowEpochMs()).toISOString(),
      message: options.message,
      ops,
      abort: options.abandoned.map(({ txid }) => txid),
    },
    runtime.sha256,
  );
  if (!(await link(context, transaction, record, bytes, options.durability === "batched"))) {
    return "raced";
  }
  let published = true;
  try {
    log.applyOwn(record, bytes.length);
    await context.onStep("committed");
    await publish(context, record);
    await removeAbandoned(context, options.abandoned);
  } catch (error) {
    published = false;
    logger.warn(`commit ${record.version} stands but is not in place yet: ${String(error)}`);
  }
  const { version, txid } = record;
  return { version, txid, committed: true, published, ops, droppedImageIds };
}

/** The commit point. False if another writer was first. */
async function link(
  context: CommitContext,
  transaction: Transaction,
  record: CommitRecord,
  bytes: Uint8Array<ArrayBuffer>,
  durable: boolean,
): Promise<boolean> {
  const { store, log, logger } = context;
  const staged = stagedRecordKey(record.txid);
  const target = commitKey(record.version);
  await store.put(staged, bytes);
  await store.makeDirectory(COMMITS);
  if (durable) {
    await store.sync(record.version === 1 ? [staged, ""] : [staged]);
  }
  await context.onStep("before-link");
  transaction.seal();
  const outcome = await store.putNew(target, staged).catch((error: unknown) => ({ error }));
  // A link may have worked and still report an error, or that the name is taken (NFS): the record says whose it is.
  if (outcome !== true && !(await isOurs(context, record))) {
    transaction.unseal();
    if (outcome === false || (await log.refresh())) {
      return false;
    }
    throw outcome.error;
  }
  await context.onStep("linked");
  if (durable) {
    try {
      await store.sync([COMMITS]);
    } catch (error) {
      logger.warn(`commit ${record.version} stands but may not survive a power cut: ${String(error)}`);
    }
  }
  return true;
}

async function isOurs({ log }: CommitContext, record: CommitRecord): Promise<boolean> {
  try {
    return (await log.record(record.version))?.txid === record.txid;
  } catch (error) {
    if (isZarrStoreError(error, "integrity")) {
      return false;
    }
    throw error;
  }
}

async function applyMerges(
  context: CommitContext,
  transaction: Transaction,
  options: CommitOptions,
): Promise<readonly string[]> {
  const dropped = new Set<string>();
  const rebased = new Set<StoreKey>();
  for (const { path, merge } of transaction.merges) {
    if (!rebased.has(path)) {
      rebased.add(path);
      await transaction.withdraw(path);
      transaction.rebase(path);
    }
    const result = await merge(await transaction.read(path));
    for (const group of result.droppedGroups ?? []) {
      dropped.add(group);
    }
    if (result.bytes !== undefined) {
      await transaction.put(path, result.bytes, result.imageIds);
    }
  }
  if (dropped.size > 0) {
    for (const op of transaction.ops()) {
      if (dropped.has(groupOf(op.path))) {
        await transaction.withdraw(op.path);
      }
    }
  }
  if (rebased.size > 0 && options.durability === "batched" && transaction.hasStaging) {
    const merged = transaction.ops().filter((op) => op.op === "put" && rebased.has(op.path));
    await context.store.sync(merged.map((op) => joinKey(stagingOf(transaction.txid), op.path)));
  }
  return [...dropped].map((group) => group.slice(group.indexOf("/") + 1));
}

/** The files to be replaced or deleted must be what some commit put there: nobody's edit is overwritten unseen. */
async function assertNotModifiedOutside(context: CommitContext, ops: readonly CommitOp[]): Promise<void> {
  const { store, log, runtime } = context;
  const absentGroups = new Set<string>();
  for (const op of ops) {
    const group = groupOf(op.path);
    const isNewRecord = group !== "" && op.prev === null && op.path === `${group}/zarr.json`;
    if (isNewRecord && (await store.stat(joinKey(group))) === undefined) {
      absentGroups.add(group);
    }
  }
  const modified: StoreKey[] = [];
  for (const op of ops) {
    if (absentGroups.has(groupOf(op.path))) {
      continue;
    }
    const bytes = await store.get(op.path);
    if (bytes !== undefined) {
      const hash = await runtime.sha256(bytes);
      if (hash !== op.prev && !(await log.wasEverCommitted(op.path, hash))) {
        modified.push(op.path);
      }
    }
  }
  if (modified.length > 0) {
    throw new ZarrStoreError(
      "modified_outside",
      `changed outside the dataset: ${modified.join(", ")}; adopt the change before writing over it`,
      { paths: modified, ...(modified[0] !== undefined && { path: modified[0] }) },
    );
  }
}
