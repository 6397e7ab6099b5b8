// Reads the store's own clock, against which the age of locks and staging is measured.

import type { CommitContext } from "../commit-context.ts";
import { clockKey } from "../records/control-keys.ts";

/**
 * Returns the time of the store's own clock, in milliseconds since 1970, by writing an empty file. The clock of another
 * host may differ from ours, so file times are compared with this clock only.
 *
 * @returns undefined if the file is removed before its time is read
 */
export async function storeNowMs({ store, runtime }: CommitContext): Promise<number | undefined> {
  const probe = clockKey(runtime.newId());
  await store.put(probe, new Uint8Array());
  const now = await store.stat(probe);
  await store.remove(probe);
  return now?.mtimeMs;
}
