import { ZarrStoreError } from "../errors.ts";
import { throwIfAborted } from "./throw-if-aborted.ts";

export interface RunBoundedOptions {
  /** How many run at once, at most. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a task for each item, a few at a time. After a failure or an abort none is begun, and the promise settles
 * when those under way have: with the first failure, or `aborted`.
 */
export async function runBounded<T>(
  items: Iterable<T>,
  run: (item: T) => Promise<void>,
  { concurrency, signal }: RunBoundedOptions,
): Promise<void> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new ZarrStoreError("invalid_argument", `a concurrency of ${concurrency}`, {
      expected: "an integer from 1 up",
      found: concurrency,
    });
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
