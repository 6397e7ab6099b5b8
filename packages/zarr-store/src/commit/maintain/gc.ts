// Removes what dead or abandoned writers left in staging (`kym gc`).

import type { CommitEngine } from "../commit-engine.ts";
import type { GcPlan, PlanGcOptions } from "./plan-gc.ts";

export interface GcOptions extends PlanGcOptions {
  /** Report what would be removed, without doing it. Default true. */
  readonly dryRun?: boolean | undefined;
}

/** What a garbage collection removed, or would remove. Plain JSON. */
export interface GcReport extends GcPlan {
  readonly dryRun: boolean;
  /**
   * The version of the dataset afterwards. If something was removed, it is that of the commit that barred its writers.
   */
  readonly version: number;
  /** The directories that were removed. One in which a writer put a file meanwhile stays until the next time. */
  readonly removed: readonly string[];
}

/**
 * Removes what writers left in staging, after `upgrade` has made a dataset of version 2 one of version 3. First, a commit without changes bars these transactions from committing; only
 * then are their files removed. A writer that was alive after all runs its transaction again.
 *
 * @throws {ZarrStoreError} `read_only`, `conflict` if the lock is not free in time, `aborted`, `io`
 */
export async function collectGarbage(
  engine: CommitEngine,
  options: GcOptions,
  upgrade: () => Promise<void> = async () => undefined,
): Promise<GcReport> {
  const { dryRun = true, signal } = options;
  const plan = await engine.planGc(options);
  if (dryRun || plan.proposed.length === 0) {
    return { ...plan, dryRun, version: engine.log.head.version, removed: [] };
  }
  await upgrade();
  // An upgrade bars and removes the staging of dead writers itself, as every commit does.
  const still = new Set((await engine.planGc(options)).proposed.map(({ path }) => path));
  const { version } = await engine.fence(
    plan.proposed.filter(({ path }) => still.has(path)),
    { message: "gc", signal },
  );
  const left = new Set((await engine.planGc(options)).proposed.map(({ path }) => path));
  const removed = plan.proposed.map(({ path }) => path).filter((path) => !left.has(path));
  return { ...plan, dryRun, version, removed };
}
