import { type StoreKey, joinKey, parseStoreKey } from "../store/store-key.ts";
import { settleAside } from "./aside.ts";
import type { CommitContext } from "./commit-context.ts";
import { STAGING, stagedOwnerKey, stagingEntryKind, stagingOf } from "./control-keys.ts";
import { publish, removeEmptyDirectories } from "./publish.ts";
import { decodeOwner } from "./writer-lock.ts";

/** Staging of a transaction that its dead writer never committed. */
export interface AbandonedStaging {
  readonly txid: string;
  readonly reason: string;
}

/** Does what is left of the last commit's publication; normally that is one look at a directory that is not there. */
export async function finishHead(context: CommitContext): Promise<void> {
  const { store, log, logger } = context;
  if (log.head.version === 0 || (await store.stat(stagingOf(log.head.txid))) === undefined) {
    return;
  }
  const record = await log.headRecord();
  if (record !== undefined) {
    logger.debug(`finishing commit ${record.version}`);
    await publish(context, record);
  }
}

/**
 * Looks at what earlier writers left in staging: settles the files that a deleter held when it died, puts back in place
 * what a power cut undid, and names the transactions that can be fenced off.
 */
export async function surveyStaging(context: CommitContext): Promise<readonly AbandonedStaging[]> {
  const { store, log, runtime } = context;
  const abandoned: AbandonedStaging[] = [];
  const entries = await store.list(STAGING);
  for (const { name } of entries) {
    const kind = stagingEntryKind(name);
    if (kind === "aside") {
      await settleRefuge(context, joinKey(STAGING, name));
    }
    if (kind === "transaction" && name !== log.head.txid) {
      const owner = decodeOwner(await store.get(stagedOwnerKey(name)));
      if (owner !== undefined && runtime.writerState(owner) === "dead") {
        abandoned.push({ txid: name, reason: `process ${owner.pid} of this host is gone` });
      }
    }
  }
  if (abandoned.length === 0) {
    return abandoned;
  }
  const wanted = wantedTransactions(context);
  for (const { txid } of abandoned.filter((staging) => wanted.has(staging.txid))) {
    await putBackWanted(context, txid);
  }
  return abandoned.filter((staging) => !wanted.has(staging.txid));
}

/** Removes fenced staging; a writer that still stages there runs again when it meets the fence. */
export async function removeAbandoned(
  context: CommitContext,
  abandoned: readonly AbandonedStaging[],
): Promise<void> {
  for (const { txid, reason } of abandoned) {
    context.logger.info(`discarding ${stagingOf(txid)}: ${reason}`);
    await removeTree(context, stagingOf(txid));
  }
}

async function removeTree(context: CommitContext, key: StoreKey): Promise<void> {
  const { store } = context;
  for (const entry of await store.list(key)) {
    const child = joinKey(key, entry.name);
    if (entry.kind === "directory") {
      await removeTree(context, child);
    } else {
      await store.remove(child);
    }
  }
  await store.remove(key);
}

async function settleRefuge(context: CommitContext, refuge: StoreKey): Promise<void> {
  for (const path of await filesBelow(context, refuge)) {
    const relative = parseStoreKey(path.slice(refuge.length + 1));
    await settleAside(context, refuge, relative);
    await removeEmptyDirectories(context, refuge, relative);
  }
  await context.store.remove(refuge);
}

/** Transactions whose staged bytes the head still names; after a power cut they may be the only copy. */
function wantedTransactions({ log }: CommitContext): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const group of log.head.groups()) {
    for (const { txid } of log.head.objectsOf(group).values()) {
      wanted.add(txid);
    }
  }
  return wanted;
}

/** Links what is missing back in place; it never replaces, so it cannot undo a newer commit. */
async function putBackWanted(context: CommitContext, txid: string): Promise<void> {
  const { store, log, logger } = context;
  const staging = stagingOf(txid);
  for (const staged of await filesBelow(context, staging)) {
    const path = parseStoreKey(staged.slice(staging.length + 1));
    if (log.head.object(path)?.txid === txid && (await store.stat(path)) === undefined) {
      await store.putNew(path, staged);
      logger.warn(`${path} was missing and is back in place from ${staged}`);
    }
  }
}

async function filesBelow(context: CommitContext, key: StoreKey): Promise<readonly StoreKey[]> {
  const found: StoreKey[] = [];
  for (const entry of await context.store.list(key)) {
    const child = joinKey(key, entry.name);
    if (entry.kind === "directory") {
      found.push(...(await filesBelow(context, child)));
    } else {
      found.push(child);
    }
  }
  return found;
}
