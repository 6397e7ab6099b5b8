// What a pool and its worker threads say to each other.

/** From the pool to a worker. */
export type ToWorker<Task> =
  | { readonly kind: "run"; readonly task: Task }
  /** Ends the task that runs, if one does. */
  | { readonly kind: "abort" };

/** From a worker to the pool; all are about the one task that the worker runs. */
export type FromWorker<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "progress"; readonly done: number; readonly total: number };
