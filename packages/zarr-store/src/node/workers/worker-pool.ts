// A pool of worker threads that run tasks of one kind, each on a processor of its own.

import { type ResourceLimits, Worker } from "node:worker_threads";
import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { throwIfAborted } from "../../runtime/throw-if-aborted.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

export interface WorkerPoolOptions {
  /** A module that calls `serveTasks`. */
  readonly module: URL;
  /** The most threads; an integer of at least 1. A thread starts when a task needs it. */
  readonly size: number;
  /** Options of Node for the threads. Default: those of this process. */
  readonly execArgv?: readonly string[] | undefined;
  /** The memory that a thread may have. Default: Node's. */
  readonly resourceLimits?: ResourceLimits | undefined;
}

export interface RunTaskOptions extends ReadOptions {
  /** Buffers in the task that move to the thread. The caller cannot use them any more. */
  readonly transfer?: readonly ArrayBuffer[] | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

interface Job<Task, Result> {
  readonly task: Task;
  readonly options: RunTaskOptions;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening for an abort. */
  forget: () => void;
}

interface Thread<Task, Result> {
  readonly worker: Worker;
  job: Job<Task, Result> | undefined;
}

/**
 * Runs tasks in worker threads, in the order in which they are given. A thread that dies, for example of lack of memory,
 * fails its task alone; the next task gets a new thread. Idle threads do not keep the process alive.
 *
 * @example
 * await using pool = new WorkerPool<Float64Array, Float64Array>({ module: new URL("sort.js", import.meta.url), size: 4 });
 * const sorted = await pool.run(values, { transfer: [values.buffer] });
 */
export class WorkerPool<Task, Result> {
  readonly size: number;
  readonly #module: URL;
  readonly #execArgv: readonly string[] | undefined;
  readonly #resourceLimits: ResourceLimits | undefined;
  readonly #threads = new Set<Thread<Task, Result>>();
  #waiting: readonly Job<Task, Result>[] = [];
  #isClosed = false;

  /** @throws {ZarrStoreError} `invalid_argument` for a bad size */
  constructor({ module, size, execArgv, resourceLimits }: WorkerPoolOptions) {
    if (!Number.isInteger(size) || size < 1) {
      throw new ZarrStoreError(
        "invalid_argument",
        `a pool has an integer of at least 1 threads, not ${size}`,
        { path: "size", expected: "an integer of at least 1", found: size },
      );
    }
    this.size = size;
    this.#module = module;
    this.#execArgv = execArgv;
    this.#resourceLimits = resourceLimits;
  }

  /**
   * Runs one task. After an abort, a task that waits is not started, and one that runs is told; the promise settles once it has
   * ended.
   *
   * @throws {ZarrStoreError} `aborted`; `not_supported` if the task failed or its thread died, with what that said;
   * `invalid_argument` after `close`
   */
  async run(task: Task, options: RunTaskOptions = {}): Promise<Result> {
    const { signal } = options;
    throwIfAborted(signal);
    if (this.#isClosed) {
      throw new ZarrStoreError("invalid_argument", "the pool of worker threads is closed");
    }
    return new Promise<Result>((resolve, reject) => {
      const job: Job<Task, Result> = { task, options, resolve, reject, forget: () => undefined };
      const abort = (): void => this.#abort(job);
      signal?.addEventListener("abort", abort, { once: true });
      job.forget = () => signal?.removeEventListener("abort", abort);
      this.#waiting = [...this.#waiting, job];
      this.#startNext();
    });
  }

  /** Ends all threads. Tasks that wait or run fail as `aborted`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const jobs = [...this.#waiting, ...[...this.#threads].flatMap(({ job }) => job ?? [])];
    const threads = [...this.#threads];
    this.#waiting = [];
    this.#threads.clear();
    for (const job of jobs) {
      fail(job, new ZarrStoreError("aborted", "the pool of worker threads was closed"));
    }
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #startNext(): void {
    const [job, ...others] = this.#waiting;
    if (job === undefined) {
      return;
    }
    const idle = [...this.#threads].find((thread) => thread.job === undefined);
    if (idle === undefined && this.#threads.size >= this.size) {
      return;
    }
    this.#waiting = others;
    const thread = idle ?? this.#newThread();
    thread.job = job;
    thread.worker.ref();
    const { task, options } = job;
    try {
      const message: ToWorker<Task> = { kind: "run", task };
      thread.worker.postMessage(message, [...(options.transfer ?? [])]);
    } catch (error) {
      // A task that cannot be copied, or a buffer that moved away already.
      this.#end(thread);
      fail(job, error);
    }
  }

  #newThread(): Thread<Task, Result> {
    const [execArgv, resourceLimits] = [this.#execArgv, this.#resourceLimits];
    const worker = new Worker(this.#module, {
      ...(execArgv && { execArgv: [...execArgv] }),
      ...(resourceLimits && { resourceLimits }),
    });
    const thread: Thread<Task, Result> = { worker, job: undefined };
    this.#threads.add(thread);
    worker.on("message", (message: FromWorker<Result>) => this.#hear(thread, message));
    worker.on("error", (error: unknown) => this.#lose(thread, wordsOf(error)));
    worker.on("exit", (code) => this.#lose(thread, `it ended with code ${code}`));
    return thread;
  }

  #hear(thread: Thread<Task, Result>, message: FromWorker<Result>): void {
    const { job } = thread;
    if (job === undefined) {
      return;
    }
    if (message.kind === "progress") {
      job.options.onProgress?.(message.done, message.total);
      return;
    }
    this.#end(thread);
    if (job.options.signal?.aborted) {
      fail(job, new ZarrStoreError("aborted", "the task was aborted", { cause: job.options.signal.reason }));
    } else if (message.kind === "done") {
      job.forget();
      job.resolve(message.result);
    } else {
      fail(job, new ZarrStoreError("not_supported", message.message));
    }
  }

  /** A thread is gone. Its other events come too late. */
  #lose(thread: Thread<Task, Result>, why: string): void {
    if (!this.#threads.delete(thread)) {
      return;
    }
    if (thread.job !== undefined) {
      fail(thread.job, new ZarrStoreError("not_supported", `the worker thread of the task died: ${why}`));
    }
    this.#startNext();
  }

  #end(thread: Thread<Task, Result>): void {
    thread.job = undefined;
    thread.worker.unref();
    this.#startNext();
  }

  #abort(job: Job<Task, Result>): void {
    if (this.#waiting.includes(job)) {
      this.#waiting = this.#waiting.filter((other) => other !== job);
      fail(job, new ZarrStoreError("aborted", "the task was aborted"));
      return;
    }
    const thread = [...this.#threads].find((one) => one.job === job);
    const message: ToWorker<Task> = { kind: "abort" };
    thread?.worker.postMessage(message);
  }
}

function fail<Task, Result>(job: Job<Task, Result>, error: unknown): void {
  job.forget();
  job.reject(error);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
