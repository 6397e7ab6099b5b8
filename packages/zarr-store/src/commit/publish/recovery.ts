import { isZarrStoreError } from "../../errors.ts";
import { isStoreKey, joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { decodeOwner } from "../lock/lock-owner.ts";
import {
  COMMITS,
  isClock,
  STAGING,
  stagedOwnerKey,
  stagingEntryKind,
  stagingOf,
} from "../log/control-keys.ts";
import type { Head } from "../log/head.ts";
import { setOlderVersionAside, settleAside } from "./aside.ts";
import { publish, publishDeletions } from "./publish.ts";

/** Staging of a transaction that its dead writer never committed. */
export interface AbandonedStaging {
  readonly txid: string;
  readonly reason: string;
}

/**
 * Does what is left of the last commit's publication, and settles what a deleter held when it died; normally that is one
 * look at a directory where neither is.
 */
export async function finishHead(context: CommitContext, durability: "batched" | "none"): Promise<void> {
  const { store, log, logger } = context;
  const names = (await store.list(STAGING)).map(({ name }) => name).filter(isStoreKey);
  for (const name of names) {
    if (stagingEntryKind(name) === "aside") {
      await settleRefuge(context, joinKey(STAGING, name));
    }
  }
  const { txid } = log.head;
  const record = names.some((name) => name === txid) ? await log.headRecord() : undefined;
  if (record !== undefined) {
    logger.debug(`finishing commit ${record.version}`);
    // Its writer may have died between the link and the flush that makes the link last.
    if (durability === "batched") {
      await store.sync([COMMITS]);
    }
    await publish(context, record, { isLate: true });
  }
}

/**
 * Looks at what earlier writers left in staging: puts back in place what a power cut undid, and names the transactions
 * that can be fenced off.
 */
export async function surveyStaging(context: CommitContext): Promise<readonly AbandonedStaging[]> {
  const { store, log, runtime } = context;
  const abandoned: AbandonedStaging[] = [];
  const names = (await store.list(STAGING)).map(({ name }) => name).filter(isStoreKey);
  for (const name of names) {
    if (isClock(name)) {
      await store.remove(joinKey(STAGING, name));
    }
    if (stagingEntryKind(name) === "transaction" && name !== log.head.txid) {
      const owner = decodeOwner(await store.get(stagedOwnerKey(name)));
      if (owner !== undefined && runtime.writerState(owner) === "dead") {
        abandoned.push({ txid: name, reason: `process ${owner.pid} of this host is gone` });
      }
    }
  }
  const wanted = wantedOf(log.head, abandoned);
  for (const { txid } of wanted) {
    await putBackStaged(context, txid);
  }
  return abandoned.filter((staging) => !wanted.includes(staging));
}

/** Those whose staged bytes the head names: they were committed, and after a power cut may be the only copy. */
export function wantedOf(head: Head, abandoned: readonly AbandonedStaging[]): readonly AbandonedStaging[] {
  if (abandoned.length === 0) {
    return [];
  }
  const named = new Set([...head.objects()].map(([, { txid }]) => txid));
  return abandoned.filter(({ txid }) => named.has(txid));
}

/** Removes fenced staging; a writer that still stages there runs again when it meets the fence. */
export async function removeAbandoned(
  context: CommitContext,
  abandoned: readonly AbandonedStaging[],
): Promise<void> {
  for (const { txid, reason } of abandoned) {
    try {
      context.logger.info(`discarding ${stagingOf(txid)}: ${reason}`);
      await visitAndPrune(context, stagingOf(txid), (file) => context.store.remove(file));
    } catch (error) {
      context.logger.warn(`could not remove ${stagingOf(txid)}: ${String(error)}`);
    }
  }
}

/** What cannot be settled stays where readers find it, and stops no writer. */
async function settleRefuge(context: CommitContext, refuge: StoreKey): Promise<void> {
  const { logger } = context;
  await visitAndPrune(context, refuge, async (file) => {
    const path = file.slice(refuge.length + 1);
    if (!isStoreKey(path)) {
      return;
    }
    try {
      if ((await settleAside(context, refuge, path)) === "again") {
        await publishDeletions(context, [path]);
      }
    } catch (error) {
      if (!isZarrStoreError(error, "io")) {
        throw error;
      }
      logger.warn(`${file} was set aside by a writer that is gone and stays there: ${error.message}`);
    }
  });
}

/**
 * Puts what the log wants of a committed transaction's staging back in place where it is missing, or where a power cut left
 * an older version of it. What is missing is linked and never replaces; an older version is first moved aside, and settled
 * as a deletion's is, so that a newer commit is never undone.
 *
 * @returns the paths that are in place again
 */
export async function putBackStaged(context: CommitContext, txid: string): Promise<readonly StoreKey[]> {
  const { store, log, runtime, logger } = context;
  const staging = stagingOf(txid);
  const putBack: StoreKey[] = [];
  await visitAndPrune(context, staging, async (file) => {
    const path = file.slice(staging.length + 1);
    const object = isStoreKey(path) ? log.head.object(path) : undefined;
    if (!isStoreKey(path) || object?.txid !== txid) {
      return;
    }
    const bytes = await store.get(file);
    if (bytes === undefined || (await runtime.sha256(bytes)) !== object.sha256) {
      return;
    }
    const isOlder = await isOlderVersion(context, path, object.sha256);
    if (isOlder === undefined) {
      return;
    }
    if (isOlder) {
      await setOlderVersionAside(context, path);
    }
    const parent = parentKey(path);
    if (parent !== undefined) {
      await store.makeDirectory(parent);
    }
    if (await store.putNew(path, file)) {
      putBack.push(path);
      logger.warn(
        `${path} was ${isOlder ? "an older version" : "missing"} and is back in place from ${file}`,
      );
    }
  });
  return putBack;
}

/** False if nothing is at the path; undefined if there is what the log wants, or what no commit wrote. */
async function isOlderVersion(
  { store, log, runtime }: CommitContext,
  path: StoreKey,
  wanted: string,
): Promise<boolean | undefined> {
  const kind = (await store.stat(path))?.kind;
  if (kind !== "file") {
    return kind === undefined ? false : undefined;
  }
  const bytes = await store.get(path);
  const hash = bytes && (await runtime.sha256(bytes));
  const isOlder = hash !== undefined && hash !== wanted && (await log.wasEverCommitted(path, hash));
  return isOlder ? true : undefined;
}

/** Visits every file of a tree, and removes the directories that are empty then. Names that are no keys stay. */
export async function visitAndPrune(
  context: CommitContext,
  directory: StoreKey,
  visit: (file: StoreKey) => Promise<unknown>,
): Promise<void> {
  for (const { name, kind } of await context.store.list(directory)) {
    if (!isStoreKey(name)) {
      continue;
    }
    const child = joinKey(directory, name);
    if (kind === "directory") {
      await visitAndPrune(context, child, visit);
    } else {
      await visit(child);
    }
  }
  await context.store.remove(directory);
}
