// Runs many tasks, a few at a time.

import { ZarrStoreError } from "../errors.ts";
import { throwIfAborted } from "./throw-if-aborted.ts";

export interface RunBoundedOptions {
  /** The most tasks that run at once; an integer of at least 1. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a task for each item, a few at a time. After a failure or an abort, no new task starts. The promise settles once
 * the running tasks have finished.
 *
 * @throws the error of the first task that failed
 * @throws {ZarrStoreError} `aborted`; `invalid_argument` for a bad `concurrency`
 */
export async function runBounded<T>(
  items: Iterable<T>,
  run: (item: T) => Promise<void>,
  { concurrency, signal }: RunBoundedOptions,
): Promise<void> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new ZarrStoreError(
      "invalid_argument",
      `concurrency must be an integer of at least 1, not ${concurrency}`,
      {
        expected: "an integer of at least 1",
        found: concurrency,
      },
    );
  }
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    while (failures.length === 0 && signal?.aborted !== true) {
      const next = iterator.next();
      if (next.done === true) {
        return;
      }
      try {
        await run(next.value);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  throwIfAborted(signal);
  if (failures.length > 0) {
    throw failures[0];
  }
}
