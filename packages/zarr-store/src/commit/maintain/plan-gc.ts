// Decides what a garbage collection may remove from staging.

import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import { isStoreKey, joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { storeNowMs } from "../lock/store-now-ms.ts";
import { type AbandonedStaging, isLeftNameless, NAMELESS, wantedOf } from "../publish/recovery.ts";
import {
  claimFolderKey,
  STAGING,
  stagedOwnerKey,
  stagingEntryKind,
  stagingOf,
} from "../records/control-keys.ts";
import { listClaimsLeft } from "../records/list-claims.ts";
import { decodeOwner } from "../records/lock-owner.ts";

export interface PlanGcOptions extends ReadOptions {
  /** Staging unchanged for this long, by the store's own clock, is proposed whoever owns it. Default: 24 hours. */
  readonly olderThanMs?: number | undefined;
}

/** What a transaction left in staging. */
export interface StagingLeftover extends AbandonedStaging {
  readonly path: StoreKey;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface GcPlan {
  readonly proposed: readonly StagingLeftover[];
  readonly kept: readonly { readonly path: string; readonly reason: string }[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Lists the staging that may be removed. Clocks and process ids only propose it; the commit that bars its writers is
 * what makes the removal safe.
 */
export async function planGc(context: CommitContext, options: PlanGcOptions): Promise<GcPlan> {
  const { store, log, runtime } = context;
  const { olderThanMs = DAY_MS, signal } = options;
  const proposed: StagingLeftover[] = [];
  const kept: { path: string; reason: string }[] = [];
  let nowMs: number | undefined;
  for (const { name, kind: type } of await store.list(STAGING)) {
    throwIfAborted(signal);
    const path = `${STAGING}/${name}`;
    if (type === "other") {
      kept.push({ path, reason: KEPT.foreign });
      continue;
    }
    const kind = stagingEntryKind(name);
    if (kind === "transaction" && isStoreKey(name) && name !== log.head.txid && log.head.version > 0) {
      const owner = decodeOwner(await store.get(stagedOwnerKey(name)));
      const tree = await measure(context, stagingOf(name));
      const isNameless = owner === undefined && (await isLeftNameless(context, name));
      const isDead = owner !== undefined && runtime.writerState(owner) === "dead";
      nowMs ??= isDead ? undefined : await storeNowMs(context);
      const ageMs = nowMs === undefined ? 0 : nowMs - tree.newestMs;
      if (isDead || isNameless || ageMs > olderThanMs) {
        const whyLeft = isNameless ? NAMELESS : `unchanged for ${hours(ageMs)}`;
        const reason = isDead ? `process ${owner.pid} on this host is gone` : whyLeft;
        const { files, sizeBytes } = tree;
        proposed.push({ path: stagingOf(name), txid: name, reason, files, sizeBytes });
      } else {
        const who = owner === undefined ? "an unknown writer" : `process ${owner.pid} of ${owner.host}`;
        kept.push({ path, reason: `${who} may still commit it` });
      }
    } else if (kind !== "lock" && kind !== "system") {
      kept.push({ path, reason: KEPT[kind] });
    }
  }
  for (const txid of log.head.version > 0 ? await listClaimsLeft(store) : []) {
    const { files, sizeBytes } = await measure(context, claimFolderKey(txid));
    proposed.push({ path: claimFolderKey(txid), txid, reason: "only its claim is left", files, sizeBytes });
  }
  const wanted = new Set(wantedOf(log.head, proposed).map(({ txid }) => txid));
  const isWanted = ({ txid }: StagingLeftover): boolean => wanted.has(txid);
  return {
    proposed: proposed.filter((staging) => !isWanted(staging)),
    kept: [...kept, ...proposed.filter(isWanted).map(({ path }) => ({ path, reason: KEPT.wanted }))],
  };
}

const KEPT = {
  foreign: "a symbolic link or a special file, which no command removes: remove it",
  transaction: "not all files of the last commit are in place yet; the next writer moves them",
  copy: "a sync client kept this of a conflict; kym check says what only it has",
  aside: "what a commit deletes or replaces is held here; the next writer settles it",
  obstacle: "somebody's own files stood in the way of a commit; look at them, and move them elsewhere",
  wanted: "the log names what is staged here; repair puts back what is missing",
} as const;

interface TreeSize {
  readonly files: number;
  readonly sizeBytes: number;
  readonly newestMs: number;
}

/**
 * Measures a directory. The newest time is that of any file or directory below it, so that a writer deep in its staging
 * is seen.
 */
async function measure(context: CommitContext, directory: StoreKey): Promise<TreeSize> {
  const { store } = context;
  let files = 0;
  let sizeBytes = 0;
  let newestMs = (await store.stat(directory))?.mtimeMs ?? 0;
  for (const { name, kind } of await store.list(directory)) {
    if (isStoreKey(name)) {
      const key = joinKey(directory, name);
      const below = kind === "directory" ? await measure(context, key) : await measureFile(context, key);
      files += below.files;
      sizeBytes += below.sizeBytes;
      newestMs = Math.max(newestMs, below.newestMs);
    }
  }
  return { files, sizeBytes, newestMs };
}

async function measureFile({ store }: CommitContext, key: StoreKey): Promise<TreeSize> {
  const stat = await store.stat(key);
  return { files: 1, sizeBytes: stat?.sizeBytes ?? 0, newestMs: stat?.mtimeMs ?? 0 };
}

function hours(milliseconds: number): string {
  return `${Math.floor(milliseconds / 3_600_000)} h`;
}
