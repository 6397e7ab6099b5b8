// Waits for several promises without leaving any running.

/**
 * Like `Promise.all`, but settles only after every promise has. A caller that sees a failure can then safely close or
 * remove what was being read.
 *
 * @throws the error of the first promise, in order, that failed
 */
export async function whenAllDone<T>(running: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
