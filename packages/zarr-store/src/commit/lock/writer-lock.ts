import { ZarrStoreError } from "../../errors.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { isStoreKey, joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { isLockOwner, LOCK, lockOwnerKey } from "../log/control-keys.ts";
import { HeldLock, removeLock } from "./held-lock.ts";
import { decodeOwner, encodeOwner, type LockOwner } from "./lock-owner.ts";
import { storeNowMs } from "./store-now-ms.ts";

export interface WriterLockOptions {
  /** A lock that was not refreshed for so long, by the store's own clock, is taken over. Default 60 000. */
  readonly staleAfterMs?: number;
  /** How long to wait for the lock before giving up with `conflict`. Default 120 000. */
  readonly timeoutMs?: number;
  /** Commit without it: it makes commits fair, nothing committed hangs on it. For tests. */
  readonly disabled?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A lock without a name is one of a process that died between two calls: a living one writes its name at once. */
const NAMELESS_STALE_AFTER_MS = 5_000;

/** Asking for the file system's time costs a file, so it is asked at every so many-th attempt. */
const CLOCK_EVERY = 25;

/**
 * Runs `fn` while holding the writer lock of the dataset, a directory that `mkdir` makes. A dead holder on this host is
 * replaced at once, any other when it has not refreshed its lock for a minute.
 *
 * @throws {ZarrStoreError} `conflict` when the lock cannot be had in time, `aborted`, `io`
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
  const { store, runtime } = context;
  const { staleAfterMs = 60_000, timeoutMs = 120_000, signal } = options;
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    if (await store.makeDirectory(LOCK)) {
      await writeOwner(context, txid);
      return new HeldLock(context, txid, staleAfterMs / 6);
    }
    const holder = await findHolder(context);
    const reason = await whyStale(context, holder, staleAfterMs, attempt % CLOCK_EVERY === 0);
    if (reason !== undefined && (await takeOver(context, holder, reason))) {
      continue;
    }
    if (waitedMs > timeoutMs) {
      throw new ZarrStoreError(
        "conflict",
        `another writer holds ${LOCK} for ${Math.round(waitedMs / 1000)} s`,
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
    return `its holder, process ${owner.pid} of this host, is gone`;
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

/** Of several that want to replace a holder one removes its file; if the holder refreshed it meanwhile, none does. */
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
