// What a writer does about its predecessors: finishes their commits, and finds what they left in staging.

import { isZarrStoreError } from "../../errors.ts";
import { isStoreKey, joinKey, parentKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { listStaging } from "../list-staging.ts";
import { storeNowMs } from "../lock/store-now-ms.ts";
import type { Head } from "../log/head.ts";
import {
  COMMITS,
  claimFolderKey,
  isClock,
  isProbe,
  isStaleLock,
  pathOfHeld,
  pathOfStaged,
  STAGING,
  stagedOwnerKey,
  stagingEntryKind,
  stagingOf,
} from "../records/control-keys.ts";
import { listClaimsLeft } from "../records/list-claims.ts";
import { decodeOwner } from "../records/lock-owner.ts";
import { visitAndPrune } from "../records/visit-and-prune.ts";
import { isTornCopy } from "../torn-copy.ts";
import { removeTornCopy, setOlderVersionAside, settleAside } from "./aside.ts";
import { publish, publishDeletions } from "./publish.ts";

/** The staging of a transaction that its writer never committed and never will, because it is dead. */
export interface AbandonedStaging {
  readonly txid: string;
  readonly reason: string;
}

/**
 * Finishes the publication of the last commit, and settles the files that a deleter held when it died. Usually there is
 * neither, and this costs one listing.
 */
export async function finishHead(context: CommitContext, durability: "batched" | "none"): Promise<void> {
  const { store, log, logger } = context;
  const names = await listStaging(store);
  const { txid } = log.head;
  const record = names.some((name) => name === txid) ? await log.headRecord() : undefined;
  if (record !== undefined) {
    logger.debug(`finishing commit ${record.version}`);
    // The writer may have died after the link, before the flush that makes it permanent.
    if (durability === "batched") {
      await store.sync([COMMITS]);
    }
    await publish(context, record);
  }
  // Only now: an aside may hold what a publication is about to replace, and an edit may still come into that file.
  for (const name of names) {
    if (stagingEntryKind(name) === "aside") {
      await settleRefuge(context, name);
    }
  }
}

/**
 * Surveys what earlier writers left in staging. Puts back in place what a power cut undid.
 *
 * @returns the transactions of dead writers, which can be barred from committing
 */
export async function surveyStaging(context: CommitContext): Promise<readonly AbandonedStaging[]> {
  const { store, log, runtime } = context;
  const abandoned: AbandonedStaging[] = [];
  const names = await listStaging(store);
  await removeProbes(context, names);
  for (const name of names) {
    if (isClock(name)) {
      await store.remove(joinKey(STAGING, name));
    }
    if (isStaleLock(name)) {
      await visitAndPrune(store, joinKey(STAGING, name), (file) => store.remove(file));
    }
    if (stagingEntryKind(name) === "transaction" && name !== log.head.txid) {
      const owner = decodeOwner(await store.get(stagedOwnerKey(name)));
      if (owner !== undefined && runtime.writerState(owner) === "dead") {
        abandoned.push({ txid: name, reason: `process ${owner.pid} on this host is gone` });
      }
      if (owner === undefined && (await isLeftNameless(context, name))) {
        abandoned.push({ txid: name, reason: NAMELESS });
      }
    }
  }
  if (log.head.claim === "folder") {
    for (const txid of await listClaimsLeft(store)) {
      abandoned.push({ txid, reason: "only its claim is left" });
    }
  }
  const wanted = wantedOf(log.head, abandoned);
  for (const { txid } of wanted) {
    await putBackStaged(context, txid);
  }
  return abandoned.filter((staging) => !wanted.includes(staging));
}

/** Why a transaction without a name is taken for abandoned. */
export const NAMELESS = "its writer died before it had said its name";
/** A living writer says its name at once, in its first file. */
const NAMELESS_AFTER_MS = 60_000;

/** Whether a writer died before it had written its name: nothing else is there, and nothing comes, by the store's own clock. */
export async function isLeftNameless(context: CommitContext, txid: StoreKey): Promise<boolean> {
  const { store } = context;
  const owner = stagedOwnerKey(txid);
  if (!(await store.list(stagingOf(txid))).every(({ name }) => owner.endsWith(`/${name}`))) {
    return false;
  }
  const looks = [await store.stat(stagingOf(txid)), await store.stat(owner)];
  const nowMs = await storeNowMs(context);
  const newestMs = Math.max(...looks.map((look) => look?.mtimeMs ?? 0));
  return looks[0] !== undefined && nowMs !== undefined && nowMs - newestMs > NAMELESS_AFTER_MS;
}

/** Removes what writers that died have left of their tries. One that is trying now tries again. */
export async function removeProbes(context: CommitContext, names: readonly string[]): Promise<void> {
  const { store } = context;
  for (const name of names.filter(isProbe)) {
    await visitAndPrune(context.store, joinKey(STAGING, name), (file) => store.remove(file));
  }
}

/** Selects staging whose bytes the head names. It was committed, and after a power cut it may hold the only copy. */
export function wantedOf(head: Head, abandoned: readonly AbandonedStaging[]): readonly AbandonedStaging[] {
  if (abandoned.length === 0) {
    return [];
  }
  const named = new Set([...head.objects()].map(([, { txid }]) => txid));
  return abandoned.filter(({ txid }) => named.has(txid));
}

/**
 * Removes the staging of barred transactions. A writer that still stages there runs again when it finds itself barred.
 */
export async function removeAbandoned(
  context: CommitContext,
  abandoned: readonly AbandonedStaging[],
): Promise<void> {
  for (const { txid, reason } of abandoned) {
    try {
      context.logger.debug(`discarding ${stagingOf(txid)}: ${reason}`);
      await visitAndPrune(context.store, stagingOf(txid), (file) => context.store.remove(file));
      await visitAndPrune(context.store, claimFolderKey(txid), (file) => context.store.remove(file));
    } catch (error) {
      context.logger.warn(`could not remove ${stagingOf(txid)}: ${String(error)}`);
    }
  }
}

/** Settles every file of an aside. A file that cannot be settled stays where readers find it, and stops no writer. */
async function settleRefuge(context: CommitContext, name: StoreKey): Promise<void> {
  const refuge = joinKey(STAGING, name);
  const held = pathOfHeld(name);
  if (held !== undefined) {
    await settleFile(context, refuge, held);
    return;
  }
  await visitAndPrune(context.store, refuge, (file) =>
    settleFile(context, file, file.slice(refuge.length + 1)),
  );
}

async function settleFile(context: CommitContext, file: StoreKey, path: string): Promise<void> {
  if (!isStoreKey(path)) {
    return;
  }
  try {
    if ((await settleAside(context, file, path)) === "again") {
      await publishDeletions(context, [path]);
    }
  } catch (error) {
    if (!isZarrStoreError(error, "io")) {
      throw error;
    }
    context.logger.warn(`${file} was set aside by a writer that is gone and stays there: ${error.message}`);
  }
}

/**
 * Puts objects of a committed transaction back in place from its staging, if they are missing or a power cut left an
 * older version there.
 *
 * - A missing file is linked, which never replaces another.
 * - An older version is first moved aside and settled like a deletion, so that a newer commit is never undone.
 *
 * @returns the paths that are in place again
 */
export async function putBackStaged(context: CommitContext, txid: string): Promise<readonly StoreKey[]> {
  const { store, log, runtime, logger } = context;
  const staging = stagingOf(txid);
  const putBack: StoreKey[] = [];
  await visitAndPrune(context.store, staging, async (file) => {
    const path = pathOfStaged(file.slice(staging.length + 1));
    const object = isStoreKey(path) ? log.head.object(path) : undefined;
    if (!isStoreKey(path) || object?.txid !== txid) {
      return;
    }
    const bytes = await store.get(file);
    if (bytes === undefined || (await runtime.sha256(bytes)) !== object.sha256) {
      return;
    }
    const found = await stateOf(context, path, object.sha256, bytes);
    if (found === "settled") {
      return;
    }
    if (found === "older") {
      await setOlderVersionAside(context, path);
    }
    if (found === "torn") {
      await removeTornCopy(context, path, bytes);
    }
    const parent = parentKey(path);
    if (parent !== undefined) {
      await store.makeDirectory(parent);
    }
    if (await store.putNew(path, file)) {
      putBack.push(path);
      logger.warn(`${path} was ${FOUND_IN_WORDS[found]} and is back in place from ${file}`);
    }
  });
  return putBack;
}

const FOUND_IN_WORDS = { missing: "missing", older: "an older version", torn: "cut off" } as const;

/**
 * Compares the file at a path with what the log wants. `settled`: it is the wanted one, or one that no commit wrote. `torn`:
 * it is what a copy of the wanted one leaves that was cut short, where there are no hard links.
 */
async function stateOf(
  { store, log, runtime }: CommitContext,
  path: StoreKey,
  wanted: string,
  whole: Uint8Array,
): Promise<keyof typeof FOUND_IN_WORDS | "settled"> {
  const kind = (await store.stat(path))?.kind;
  if (kind !== "file") {
    return kind === undefined ? "missing" : "settled";
  }
  const bytes = await store.get(path);
  const hash = bytes && (await runtime.sha256(bytes));
  const isOlder = hash !== undefined && hash !== wanted && (await log.wasEverCommitted(path, hash));
  return isOlder ? "older" : bytes !== undefined && isTornCopy(bytes, whole) ? "torn" : "settled";
}
