// Takes the writer lock of a dataset, and replaces a holder that died.

import { ZarrStoreError } from "../../errors.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { isStoreKey, joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { isLockOwner, LOCK, lockOwnerKey } from "../records/control-keys.ts";
import { decodeOwner, encodeOwner, type LockOwner } from "../records/lock-owner.ts";
import { HeldLock, removeLock } from "./held-lock.ts";
import { storeNowMs } from "./store-now-ms.ts";

export interface WriterLockOptions {
  /** A lock that was not refreshed for this long, by the store's own clock, is taken over. Default 60 000. */
  readonly staleAfterMs?: number;
  /** How long to wait for the lock before giving up with `conflict`. Default 120 000. */
  readonly timeoutMs?: number;
  /** Commit without the lock, for tests. The lock only makes commits fair; it does not protect what is committed. */
  readonly disabled?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A living holder writes its name at once, so a lock that stays nameless this long belongs to a process that died. */
const NAMELESS_STALE_AFTER_MS = 5_000;

/** A wait of this length is said. Shorter ones are common between writers of one dataset. */
const SAID_AFTER_MS = 1_000;

/** Reading the file system's clock means writing a file, so it is read only at every 25th attempt. */
const CLOCK_EVERY = 25;

/**
 * Runs `fn` while holding the writer lock of the dataset, a directory made with `mkdir`. A dead holder on this host is
 * replaced at once; any other holder after {@link WriterLockOptions.staleAfterMs} without a refresh.
 *
 * @throws {ZarrStoreError} `conflict` if the lock is not free in time, `aborted`, `io`
 */
export async function withWriterLock<T>(
  context: CommitContext,
  txid: string,
  options: WriterLockOptions,
  fn: () => Promise<T>,
): Promise<T> {
  if (options.disabled === true) {
    return fn();
  }
  const lock = await acquire(context, txid, options);
  try {
    return await fn();
  } finally {
    await lock.release();
  }
}

async function acquire(context: CommitContext, txid: string, options: WriterLockOptions): Promise<HeldLock> {
  const { runtime } = context;
  const { staleAfterMs = 60_000, timeoutMs = 120_000, signal } = options;
  const startedMs = runtime.monotonicMs();
  let isSaid = false;
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    if (await makeLock(context)) {
      await writeOwner(context, txid);
      return new HeldLock(context, txid, staleAfterMs / 6);
    }
    const holder = await findHolder(context);
    const reason = await whyStale(context, holder, staleAfterMs, attempt % CLOCK_EVERY === 0);
    if (reason !== undefined && (await takeOver(context, holder, reason))) {
      continue;
    }
    if (!isSaid && runtime.monotonicMs() - startedMs > SAID_AFTER_MS) {
      isSaid = true;
      context.logger.info(waitingFor(holder, { staleAfterMs, timeoutMs }));
    }
    if (waitedMs > timeoutMs) {
      throw new ZarrStoreError(
        "conflict",
        `another writer has held ${LOCK} for ${Math.round(waitedMs / 1000)} s`,
        {
          path: LOCK,
          found: holder.owner,
        },
      );
    }
    const pauseMs = Math.min(20, attempt) * (0.5 + runtime.random());
    waitedMs += pauseMs;
    await runtime.sleepMs(pauseMs);
  }
}

/** @throws {ZarrStoreError} `io`, also if a file or a link has the name of the lock */
async function makeLock({ store }: CommitContext): Promise<boolean> {
  try {
    return await store.makeDirectory(LOCK);
  } catch (error) {
    const kind = (await store.stat(LOCK))?.kind;
    if (kind === undefined || kind === "directory") {
      throw error;
    }
    const what = kind === "file" ? "a file" : "a symbolic link or a special file";
    throw new ZarrStoreError("io", `${LOCK} is ${what}, so nobody can write: remove it`, {
      path: LOCK,
      expected: "a folder, or nothing",
      found: kind,
      cause: error,
    });
  }
}

async function writeOwner(context: CommitContext, txid: string): Promise<void> {
  const { store, runtime } = context;
  try {
    await store.put(lockOwnerKey(txid, 0), encodeOwner({ ...runtime.writer, txid }));
  } catch (error) {
    await store.remove(lockOwnerKey(txid, 0)).catch(() => undefined);
    await removeLock(context).catch(() => undefined);
    throw error;
  }
}

/** Says for whom a writer waits, and how long at most. */
function waitingFor(
  { owner }: Holder,
  { staleAfterMs, timeoutMs }: Required<Pick<WriterLockOptions, "staleAfterMs" | "timeoutMs">>,
): string {
  const who =
    owner === undefined ? "a writer that has not said its name" : `process ${owner.pid} on ${owner.host}`;
  const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;
  return `waiting for ${who}, which holds ${LOCK}: at most ${seconds(timeoutMs)}, or until it has not refreshed it for ${seconds(staleAfterMs)}`;
}

interface Holder {
  /** The file that names the holder; undefined while it is being written. */
  readonly key: StoreKey | undefined;
  readonly owner: LockOwner | undefined;
}

async function findHolder({ store }: CommitContext): Promise<Holder> {
  const name = (await store.list(LOCK)).map((entry) => entry.name).find((entry) => isLockOwner(entry));
  if (name === undefined || !isStoreKey(name)) {
    return { key: undefined, owner: undefined };
  }
  const key = joinKey(LOCK, name);
  return { key, owner: decodeOwner(await store.get(key)) };
}

async function whyStale(
  context: CommitContext,
  { owner }: Holder,
  staleAfterMs: number,
  askClock: boolean,
): Promise<string | undefined> {
  const { store, runtime } = context;
  if (owner !== undefined && runtime.writerState(owner) === "dead") {
    return `its holder, process ${owner.pid} on this host, is gone`;
  }
  const lock = askClock ? await store.stat(LOCK) : undefined;
  if (lock === undefined) {
    return undefined;
  }
  const nowMs = await storeNowMs(context);
  const ageMs = nowMs === undefined ? 0 : nowMs - lock.mtimeMs;
  const who = owner === undefined ? "its holder" : `${owner.host}, process ${owner.pid},`;
  const limitMs = owner === undefined ? Math.min(staleAfterMs, NAMELESS_STALE_AFTER_MS) : staleAfterMs;
  return ageMs > limitMs ? `${who} did not refresh it for ${Math.round(ageMs / 1000)} s` : undefined;
}

/**
 * Takes over a stale lock. If several writers try, only one removes the holder's file and wins. If the holder has
 * refreshed its lock meanwhile, all of them fail.
 */
async function takeOver(context: CommitContext, { key }: Holder, reason: string): Promise<boolean> {
  const { store } = context;
  if (key !== undefined && (await store.remove(key)) !== "removed") {
    return false;
  }
  if (
    key === undefined &&
    (await store.remove(LOCK)) === "not_empty" &&
    (await findHolder(context)).key !== undefined
  ) {
    return false;
  }
  await removeLock(context);
  context.logger.warn(`took over ${LOCK}: ${reason}`);
  return true;
}
