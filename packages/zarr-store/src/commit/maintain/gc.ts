// Removes what dead or abandoned writers left in staging, and what is no longer wanted of the history (`kym gc`).

import { ZarrStoreError } from "../../errors.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitEngine } from "../commit-engine.ts";
import type { ContentRules } from "../content-rules.ts";
import {
  type HistoryLeftover,
  type HistoryPlan,
  planHistory,
  removeHistory,
} from "../history/collect-history.ts";
import { removalDetails } from "../history/history-details.ts";
import { findNeededHistory } from "../history/needed-history.ts";
import { storeNowMs } from "../lock/store-now-ms.ts";
import type { GcPlan, PlanGcOptions } from "./plan-gc.ts";

export interface GcOptions extends PlanGcOptions {
  /** Report what would be removed, without doing it. Default true. */
  readonly dryRun?: boolean | undefined;
  /**
   * Also remove from the history what commits replaced or deleted longer ago than this, by the times of the commits, in
   * milliseconds. What an image still needs stays. Default: keep all that commits name.
   */
  readonly historyOlderThanMs?: number | undefined;
}

/** What a garbage collection removed, or would remove. Plain JSON. */
export interface GcReport extends GcPlan {
  readonly dryRun: boolean;
  /**
   * The version of the dataset afterwards. If something was removed, it is that of the commit that barred its writers.
   */
  readonly version: number;
  /** What may go from the history. */
  readonly history: readonly HistoryLeftover[];
  /**
   * The directories and the objects of the history that were removed. A directory in which a writer put a file meanwhile stays
   * until the next time, and so does an object that a writer wants again.
   */
  readonly removed: readonly string[];
}

/**
 * Removes what writers left in staging, and objects of the history. `upgrade` first makes a dataset of version 2 one of version 3.
 * Then a commit without changes bars these transactions from committing, and says what may go from the history; only then are
 * files removed. A writer that was alive after all runs its transaction again.
 *
 * @throws {ZarrStoreError} `read_only`, `invalid_argument` for an age that is negative or not a number, `conflict` if the lock is
 * not free in time, `aborted`, `io`
 */
export async function collectGarbage(
  engine: CommitEngine,
  options: GcOptions,
  rules: Pick<ContentRules, "neededHistory"> = {},
  upgrade: () => Promise<void> = async () => undefined,
): Promise<GcReport> {
  const { dryRun = true, signal, historyOlderThanMs } = options;
  const nowEpochMs = await engine.look(async ({ runtime }) => runtime.nowEpochMs());
  const beforeEpochMs =
    historyOlderThanMs === undefined ? undefined : timeBefore(nowEpochMs, historyOlderThanMs);
  const look = (context: CommitContext): Promise<HistoryPlan> =>
    planHistory(context, {
      beforeEpochMs,
      findNeeded: () =>
        findNeededHistory(
          rules.neededHistory,
          engine.log.head,
          (path) => engine.reader.read(path, { signal }),
          signal,
        ),
      signal,
    });
  const plan = await engine.planGc(options);
  const history = await engine.look(look);
  const report = { ...plan, kept: [...plan.kept, ...history.kept], history: history.proposed };
  if (dryRun || (plan.proposed.length === 0 && history.proposed.length === 0)) {
    return { ...report, dryRun, version: engine.log.head.version, removed: [] };
  }
  await upgrade();
  // An upgrade bars and removes the staging of dead writers itself, as every commit does.
  const still = new Set((await engine.planGc(options)).proposed.map(({ path }) => path));
  const isOfHistory = history.proposed.length > 0;
  const sinceMs = isOfHistory ? ((await engine.look(storeNowMs)) ?? 0) : 0;
  const details = isOfHistory ? removalDetails(beforeEpochMs) : undefined;
  const { version } = await engine.fence(
    plan.proposed.filter(({ path }) => still.has(path)),
    { message: "garbage collection", details, signal },
  );
  const left = new Set((await engine.planGc(options)).proposed.map(({ path }) => path));
  const removed: string[] = plan.proposed.map(({ path }) => path).filter((path) => !left.has(path));
  if (isOfHistory) {
    const collect = async (context: CommitContext): Promise<readonly string[]> => {
      await context.log.refresh();
      return removeHistory(context, (await look(context)).proposed, sinceMs);
    };
    removed.push(...(await engine.maintain(collect, { signal })));
  }
  return { ...report, dryRun, version, removed };
}

function timeBefore(nowEpochMs: number, ageMs: number): number {
  if (!Number.isFinite(ageMs) || ageMs < 0) {
    throw new ZarrStoreError(
      "invalid_argument",
      `the age of the history must be 0 ms or more, not ${ageMs}`,
      {
        expected: "0 or more",
        found: ageMs,
      },
    );
  }
  return nowEpochMs - ageMs;
}
