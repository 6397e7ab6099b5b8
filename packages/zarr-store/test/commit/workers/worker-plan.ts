import type { CommitStep } from "../../../src/commit/commit-context.ts";
import { type Changes, deletionOf, record } from "../../support/simulated-writers.ts";
import type { WrongProtocol } from "./wrong-protocol.ts";

/** What the process `commit-worker.ts` is told to do, as one argument of JSON. */
export interface WorkerTask {
  readonly root: string;
  readonly worker: number;
  /** How many commits. A worker that comes again goes on with the first that is not there yet. */
  readonly commits: number;
  /**
   * - `cycle`: the commits of {@link cycleOf}, one after the other.
   * - `disjoint`: objects of its own.
   * - `merge`: a line in an object of all, a count in another, and a record of all that only one can make.
   * - `churn`: objects of all are put, deleted and made again as they were, in an order that the worker's number sets.
   * - `table`: a `ZarrDataset`; rows in a Parquet table of all, and an image of all that only one can make.
   * - `put-back`: deletes an object late, when another commit has made it again.
   */
  readonly mode: WorkerMode;
  readonly isLockDisabled?: boolean;
  /** Default a minute. */
  readonly lockStaleAfterMs?: number;
  /** The step at which the process kills itself, when it comes to it for the n-th time. */
  readonly killAt?: StepTime;
  /** The step at which it stops itself, and says so before. */
  readonly stopAt?: StepTime;
  /** How likely it is, at every step, that the process kills itself, or stops until somebody wakes it. */
  readonly chance?: Chance;
  readonly seed?: number;
  readonly protocol?: WrongProtocol;
}

export type WorkerMode = WriterProcessMode | "cycle" | "put-back";
export type WriterProcessMode = "disjoint" | "merge" | "churn" | "table";

export interface StepTime {
  readonly step: CommitStep;
  readonly time: number;
}

export interface Chance {
  readonly kill: number;
  readonly stop: number;
}

/** A line of a worker's standard output. */
export type WorkerReport =
  | { readonly is: "acknowledged"; readonly acknowledged: Acknowledged }
  | { readonly is: "warned"; readonly message: string }
  | { readonly is: "stopping" };

/** One commit that was acknowledged. */
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

/** Returns a generator of numbers from 0 to 1, the same ones for the same start. */
export function seededRandom(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) % 2_147_483_647 || 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
