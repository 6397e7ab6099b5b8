import type { Commit } from "../../../src/commit/commit.ts";
import type { CommitEngineOptions } from "../../../src/commit/commit-engine.ts";

/** One worker's way to make its commits. */
export interface TaskWriter {
  /** How many of this worker's commits are there, from a life before. */
  countDone(): Promise<number>;
  commit(commit: number): Promise<Commit>;
}

export type TaskWriterOptions = Required<Pick<CommitEngineOptions, "logger" | "lock" | "onStep">>;

/** What the log says about a commit of a worker. */
export function messageOf(mode: string, worker: number, commit: number): string {
  return `${mode} ${worker}/${commit}`;
}
