import type { CommitContext } from "../commit-context.ts";
import { clockKey } from "../log/control-keys.ts";

/**
 * The time of the store's own clock, asked by writing a file: another host's clock may differ from ours, so the times of
 * files are compared with this one only. Undefined if the file is gone before it is looked at.
 */
export async function storeNowMs({ store, runtime }: CommitContext): Promise<number | undefined> {
  const probe = clockKey(runtime.newId());
  await store.put(probe, new Uint8Array());
  const now = await store.stat(probe);
  await store.remove(probe);
  return now?.mtimeMs;
}
