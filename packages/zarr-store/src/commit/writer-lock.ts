import { ZarrStoreError } from "../errors.ts";
import type { WriterIdentity } from "../runtime.ts";
import { joinKey } from "../store/store-key.ts";
import type { CommitContext } from "./commit-context.ts";
import { LOCK, LOCK_OWNER, STAGING, staleLockKey } from "./control-keys.ts";

export interface WriterLockOptions {
  /** A lock that was not refreshed for so long, by the store's own clock, is taken over. Default 60 000. */
  readonly staleAfterMs?: number;
  /** How long to wait for the lock before giving up with `conflict`. Default 120 000. */
  readonly timeoutMs?: number;
  /** Commit without it: it makes commits fair, nothing committed hangs on it. For tests. */
  readonly disabled?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Asking for the file system's time costs a file, so it is asked at every so many-th attempt. */
const CLOCK_EVERY = 25;

interface LockOwner extends WriterIdentity {
  readonly txid: string;
}

/**
 * Runs `fn` while holding the writer lock of the dataset, a directory that `mkdir` makes. A dead holder on this host is
 * replaced at once, any other when it has not refreshed its lock for a minute.
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
  await acquire(context, txid, options);
  const refresh = setInterval(() => void refreshOwner(context, txid), (options.staleAfterMs ?? 60_000) / 6);
  try {
    return await fn();
  } finally {
    clearInterval(refresh);
    await release(context, txid);
  }
}

async function acquire(context: CommitContext, txid: string, options: WriterLockOptions): Promise<void> {
  const { store, runtime } = context;
  const staleAfterMs = options.staleAfterMs ?? 60_000;
  let waitedMs = 0;
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    if (await store.makeDirectory(LOCK)) {
      await writeOwner(context, txid);
      return;
    }
    const reason = await whyStale(context, staleAfterMs, attempt % CLOCK_EVERY === CLOCK_EVERY - 1);
    if (reason !== undefined) {
      await takeOver(context, reason);
      continue;
    }
    const pauseMs = Math.min(20, 1 + attempt) * (0.5 + runtime.random());
    if (waitedMs > (options.timeoutMs ?? 120_000)) {
      throw new ZarrStoreError("conflict", `another writer holds ${LOCK} for ${Math.round(waitedMs / 1000)} s`, {
        path: LOCK,
        found: await readOwner(context),
      });
    }
    waitedMs += pauseMs;
    await runtime.sleepMs(pauseMs);
  }
}

async function release(context: CommitContext, txid: string): Promise<void> {
  const { store, logger } = context;
  try {
    if ((await readOwner(context))?.txid === txid) {
      await store.remove(LOCK_OWNER);
      await store.remove(LOCK);
    }
  } catch (error) {
    logger.warn(`could not release ${LOCK}: ${String(error)}`);
  }
}

async function whyStale(
  context: CommitContext,
  staleAfterMs: number,
  askClock: boolean,
): Promise<string | undefined> {
  const { store, runtime } = context;
  const owner = await readOwner(context);
  if (owner !== undefined && runtime.writerState(owner) === "dead") {
    return `its holder, process ${owner.pid} of this host, is gone`;
  }
  const stat = askClock ? ((await store.stat(LOCK_OWNER)) ?? (await store.stat(LOCK))) : undefined;
  if (stat === undefined) {
    return undefined;
  }
  // A file system's clock is compared with itself: another host's may differ from ours.
  const probe = joinKey(STAGING, `clock-${runtime.newId()}`);
  await store.put(probe, new Uint8Array());
  const now = await store.stat(probe);
  await store.remove(probe);
  const ageMs = now === undefined ? 0 : now.mtimeMs - stat.mtimeMs;
  return ageMs > staleAfterMs
    ? `${owner === undefined ? "its holder" : `${owner.host}, process ${owner.pid},`} did not refresh it for ${Math.round(ageMs / 1000)} s`
    : undefined;
}

/** Of several that want to replace a holder, one rename wins. */
async function takeOver({ store, runtime, logger }: CommitContext, reason: string): Promise<void> {
  const refuge = staleLockKey(runtime.newId());
  if ((await store.move(LOCK, refuge)) === "moved") {
    logger.warn(`took over ${LOCK}: ${reason}`);
    await store.remove(joinKey(refuge, "owner.json"));
    await store.remove(refuge);
  }
}

/** A holder that was taken over must not make the lock anew. */
async function refreshOwner(context: CommitContext, txid: string): Promise<void> {
  try {
    if ((await readOwner(context))?.txid === txid) {
      await writeOwner(context, txid);
    }
  } catch (error) {
    context.logger.warn(`could not refresh ${LOCK}: ${String(error)}`);
  }
}

async function writeOwner({ store, runtime }: CommitContext, txid: string): Promise<void> {
  const owner: LockOwner = { ...runtime.writer, txid };
  await store.put(LOCK_OWNER, new TextEncoder().encode(JSON.stringify(owner)));
}

async function readOwner({ store }: CommitContext): Promise<LockOwner | undefined> {
  return decodeOwner(await store.get(LOCK_OWNER));
}

/** What `owner.json` in a lock or a staging directory says; undefined if it is half written. */
export function decodeOwner(bytes: Uint8Array | undefined): LockOwner | undefined {
  if (bytes === undefined) {
    return undefined;
  }
  try {
    const owner: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof owner === "object" && owner !== null && "host" in owner && "pid" in owner && "started" in owner) {
      const { host, pid, started } = owner;
      const txid = "txid" in owner ? String(owner.txid) : "";
      return { host: String(host), pid: Number(pid), started: String(started), txid };
    }
    return undefined;
  } catch {
    return undefined;
  }
}
