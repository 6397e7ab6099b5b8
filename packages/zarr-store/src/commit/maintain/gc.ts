import type { CommitEngine } from "../commit-engine.ts";
import type { GcPlan, PlanGcOptions } from "./plan-gc.ts";

export interface GcOptions extends PlanGcOptions {
  /** Only say what would go. Default true. */
  readonly dryRun?: boolean | undefined;
}

/** Plain JSON. */
export interface GcReport extends GcPlan {
  readonly dryRun: boolean;
  /** The version of the dataset afterwards: with something to remove, that of the commit that fenced it off. */
  readonly version: number;
  /** Directories that are gone. What a writer put there meanwhile stays until the next time. */
  readonly removed: readonly string[];
}

/**
 * Removes what writers left in staging: first a commit without changes says that these transactions can commit no more,
 * and only then they go. A writer that was alive after all runs again.
 *
 * @throws {ZarrStoreError} `read_only`, `conflict` when the lock cannot be had, `aborted`, `io`
 */
export async function collectGarbage(engine: CommitEngine, options: GcOptions): Promise<GcReport> {
  const { dryRun = true, signal } = options;
  const plan = await engine.planGc(options);
  if (dryRun || plan.proposed.length === 0) {
    return { ...plan, dryRun, version: engine.log.head.version, removed: [] };
  }
  const { version } = await engine.fence(plan.proposed, { message: "gc", signal });
  const left = new Set((await engine.planGc(options)).proposed.map(({ path }) => path));
  const removed = plan.proposed.map(({ path }) => path).filter((path) => !left.has(path));
  return { ...plan, dryRun, version, removed };
}
