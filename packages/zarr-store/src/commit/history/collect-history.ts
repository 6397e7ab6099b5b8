// Removes objects from the history: those that nothing names, and those that commits replaced long ago.

import { isZarrStoreError } from "../../errors.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { asideKey, HISTORY, historyKey, isHistoryName } from "../records/control-keys.ts";
import { HistoryNames } from "./history-names.ts";

/** An object of the history that may be removed. */
export interface HistoryLeftover {
  readonly path: StoreKey;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly reason: string;
}

export interface HistoryPlan {
  readonly proposed: readonly HistoryLeftover[];
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
}

/** What decides which objects of the history go. */
export interface HistoryRules {
  /** What only commits before this time replaced may go; in milliseconds since 1970. Undefined keeps all that commits name. */
  readonly beforeEpochMs: number | undefined;
  /** The objects that stay whatever their age. It may throw: nothing is removed then. */
  readonly findNeeded: () => Promise<ReadonlySet<string>>;
  readonly signal?: AbortSignal | undefined;
}

const NOTHING: HistoryPlan = { proposed: [], kept: [] };

/** Lists what may be removed from the history, according to the log as it is now. */
export async function planHistory(
  context: CommitContext,
  { beforeEpochMs, findNeeded, signal }: HistoryRules,
): Promise<HistoryPlan> {
  const { store } = context;
  const listed = (await store.list(HISTORY)).map(({ name }) => name).filter(isHistoryName);
  if (listed.length === 0) {
    return NOTHING;
  }
  const names = await readNames(context, signal);
  const reasonOf = (sha256: string): string | undefined => {
    if (!names.isNamed(sha256)) {
      return "no commit names it";
    }
    const isOld = beforeEpochMs !== undefined && names.isOlder(sha256, beforeEpochMs);
    return isOld ? "what replaced it is older than that" : undefined;
  };
  const unwanted = listed.filter((sha256) => reasonOf(sha256) !== undefined);
  if (unwanted.length === 0) {
    return NOTHING;
  }
  let needed: ReadonlySet<string>;
  try {
    needed = await findNeeded();
  } catch (error) {
    if (isZarrStoreError(error, "aborted", "io")) {
      throw error;
    }
    const why = error instanceof Error ? error.message : String(error);
    return { proposed: [], kept: [{ path: HISTORY, reason: `what images still need is not known: ${why}` }] };
  }
  const proposed: HistoryLeftover[] = [];
  for (const sha256 of unwanted.filter((each) => !needed.has(each))) {
    const path = historyKey(sha256);
    const { sizeBytes = 0 } = (await store.stat(path)) ?? {};
    proposed.push({ path, sha256, sizeBytes, reason: reasonOf(sha256) ?? "" });
  }
  const stays = unwanted.filter((sha256) => needed.has(sha256));
  return {
    proposed,
    kept: stays.map((sha256) => ({ path: historyKey(sha256), reason: "an image still needs it" })),
  };
}

async function readNames({ log }: CommitContext, signal: AbortSignal | undefined): Promise<HistoryNames> {
  const names = new HistoryNames();
  for (let version = 1; version <= log.head.version; version++) {
    throwIfAborted(signal);
    const record = await log.record(version);
    if (record !== undefined) {
      names.apply(record, () => undefined);
    }
  }
  return names;
}

/**
 * Removes objects from the history, after a commit that says so.
 *
 * A writer that lost its lock may want one of them at this moment. Its commit then follows the one that says so, and before it
 * claims its version it writes anew what it replaces. So a file that is as new as this collection is wanted. To look at a file
 * and to remove it are two steps, and a newer file may come in between: therefore the file is moved aside first.
 *
 * @param sinceMs the time of the store's own clock when the collection began, before that commit; 0 if it has no clock
 * @returns the paths that are gone
 */
export async function removeHistory(
  context: CommitContext,
  proposed: readonly HistoryLeftover[],
  sinceMs: number,
): Promise<readonly StoreKey[]> {
  const { store, runtime } = context;
  const refuge = asideKey(runtime.newId());
  const folder = joinKey(refuge, HISTORY);
  const removed: StoreKey[] = [];
  const isNew = async (key: StoreKey): Promise<boolean> =>
    sinceMs > 0 && ((await store.stat(key))?.mtimeMs ?? 0) >= sinceMs;
  await store.makeDirectory(folder);
  for (const { path, sha256 } of proposed) {
    const aside = joinKey(folder, sha256);
    if ((await isNew(path)) || (await store.move(path, aside)) !== "moved") {
      continue;
    }
    if (await isNew(aside)) {
      await store.move(aside, path);
      continue;
    }
    await store.remove(aside);
    removed.push(path);
  }
  await store.remove(folder);
  await store.remove(refuge);
  return removed;
}
