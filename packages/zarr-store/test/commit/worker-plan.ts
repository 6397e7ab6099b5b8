import { type Changes, deletionOf, record } from "./world.ts";

/** What the process `commit-worker.ts` is told to do, as one argument of JSON. */
export interface WorkerTask {
  readonly root: string;
  readonly worker: number;
  /** How many commits. */
  readonly commits: number;
  /**
   * - `cycle`: the commits of {@link cycleOf}, one after the other.
   * - `disjoint`: objects of its own.
   * - `merge`: a line in an object of all, a count in another, and a record of all that only one can make.
   * - `churn`: objects of all are put, deleted and made again as they were, in an order that the worker's number sets.
   * - `put-back`: deletes an object late, when another commit has made it again.
   */
  readonly mode: "cycle" | "disjoint" | "merge" | "churn" | "put-back";
  readonly isLockDisabled?: boolean;
  /** The step at which the process kills itself, when it comes to it for the n-th time. */
  readonly killAt?: { readonly step: string; readonly time: number };
  /** How likely it is, at every step, that the process kills itself, or stops until somebody wakes it. */
  readonly chance?: { readonly kill: number; readonly stop: number };
}

/** A line of a worker's standard output: one commit that was acknowledged. */
export interface Acknowledged {
  readonly version: number;
  readonly commit: number;
}

/** The n-th commit of a cycle that comes to every step: an image, a change, an object in a new directory, a deletion. */
export function cycleOf(commit: number): Changes {
  const round = Math.floor(commit / 4);
  const image = record(`image-${round}`, { "analysis/a.json": `a ${round}` });
  switch (commit % 4) {
    case 0:
      return { ...image, "tables/t": `table ${commit}` };
    case 1:
      return { [`images/image-${round}/analysis/a.json`]: `a2 ${round}`, "tables/t": `table ${commit}` };
    case 2:
      return { [`tables/new-${round}/deep/b`]: `b ${round}` };
    default:
      return { ...deletionOf(image), [`tables/new-${round}/deep/b`]: null };
  }
}

/** The objects after so many commits of the cycle. */
export function stateOfCycle(commits: number): Readonly<Record<string, string>> {
  const state = new Map<string, string>();
  for (let commit = 0; commit < commits; commit++) {
    for (const [path, value] of Object.entries(cycleOf(commit))) {
      if (value === null) {
        state.delete(path);
      } else {
        state.set(path, value);
      }
    }
  }
  return Object.fromEntries(state);
}
