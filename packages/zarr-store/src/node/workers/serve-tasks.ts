// The side of a worker thread: runs one task after another for the pool that started it.

import { parentPort, type Transferable } from "node:worker_threads";
import { ZarrStoreError } from "../../errors.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** What a task gets beside its input. */
export interface TaskContext {
  /** Aborted if the pool's caller gives the task up. The task sees it whenever it yields to the event loop. */
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** The result of a task, and the buffers in it that move to the pool instead of being copied. */
export interface TaskResult<Result> {
  readonly result: Result;
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * Answers a {@link WorkerPool}. A module that calls it is the pool's `module`. An error of `run` fails that task alone.
 *
 * @throws {ZarrStoreError} `not_supported` outside of a worker thread
 * @example
 * serveTasks(async (values: Float64Array<ArrayBuffer>) => {
 *   const sorted = values.toSorted();
 *   return { result: sorted, transfer: [sorted.buffer] };
 * });
 */
export function serveTasks<Task, Result>(
  run: (task: Task, context: TaskContext) => Promise<TaskResult<Result>>,
): void {
  const port = parentPort;
  if (port === null) {
    throw new ZarrStoreError("not_supported", "this module serves a pool of worker threads; start it in one");
  }
  const answer = (message: FromWorker<Result>, transfer: readonly Transferable[] = []): void =>
    port.postMessage(message, [...transfer]);
  let running = new AbortController();
  port.on("message", (message: ToWorker<Task>) => {
    if (message.kind === "abort") {
      running.abort();
      return;
    }
    running = new AbortController();
    const context: TaskContext = {
      signal: running.signal,
      onProgress: (done, total) => answer({ kind: "progress", done, total }),
    };
    run(message.task, context).then(
      ({ result, transfer }) => answer({ kind: "done", result }, transfer),
      (error: unknown) =>
        answer({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
  });
}
