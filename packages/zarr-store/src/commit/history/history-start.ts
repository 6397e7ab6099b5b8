// Says from which version on a copy has a history: one that was packed into a file has none of what came before.

import { isZarrStoreError } from "../../errors.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { isListableStore } from "../../store/read-only-store.ts";
import { HISTORY, HISTORY_START } from "../records/control-keys.ts";

/**
 * The last version of which the history may lack what the log says was kept; 0 if it lacks nothing. A file that holds a dataset
 * without any history lacks that of all versions.
 *
 * @throws {ZarrStoreError} `io`
 */
export async function historyStart(store: ReadableStore): Promise<number> {
  if (store.isArchive === true && isListableStore(store) && (await store.list(HISTORY)).length === 0) {
    return Number.MAX_SAFE_INTEGER;
  }
  try {
    const bytes = await store.get(HISTORY_START);
    return bytes === undefined ? 0 : decodeHistoryStart(bytes);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name")) {
      return 0;
    }
    throw error;
  }
}

/** Bytes that nobody wrote say that nothing is lacking. */
function decodeHistoryStart(bytes: Uint8Array): number {
  const text = bytes.length > 64 ? "" : new TextDecoder().decode(bytes);
  return Number(/^\{"after":([1-9]\d{0,14})\}\r?\n$/.exec(text)?.[1] ?? 0);
}

export function encodeHistoryStart(version: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`{"after":${version}}\n`);
}
