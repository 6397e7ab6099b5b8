/**
 * As `Promise.all`, but it settles when every promise has: whoever hears of a failure may close or remove what was being
 * read. Of several failures, the first in order.
 */
export async function whenAllDone<T>(running: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
