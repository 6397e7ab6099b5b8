// Reads an object of the history, and verifies it.

import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { otherLineEnds } from "../foreign/other-line-ends.ts";
import { historyKey, isHistoryName } from "../records/control-keys.ts";

/**
 * Returns what a commit replaced or deleted, by its SHA-256; undefined if it is not kept, or not any more.
 *
 * @throws {ZarrStoreError} `invalid_argument` for text that is not a SHA-256, `integrity` if the file is damaged, `io`
 */
export async function readHistory(
  { store, runtime }: { readonly store: ReadableStore; readonly runtime: Pick<Runtime, "sha256"> },
  sha256: string,
  options: ReadOptions = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!isHistoryName(sha256)) {
    throw new ZarrStoreError("invalid_argument", `${JSON.stringify(sha256)} is not a SHA-256`, {
      expected: "64 lower-case hexadecimal digits",
      found: sha256,
    });
  }
  const key = historyKey(sha256);
  const bytes = await store.get(key, options);
  const found = bytes && (await runtime.sha256(bytes));
  if (bytes !== undefined && found !== sha256) {
    for (const text of otherLineEnds(bytes)) {
      if ((await runtime.sha256(text)) === sha256) {
        return text;
      }
    }
    throw new ZarrStoreError("integrity", `${key} is damaged: its bytes have the hash ${found}`, {
      path: key,
      expected: sha256,
      found,
    });
  }
  return bytes;
}
