// Replaces a file of the commit protocol by one rename, staged under the name of its writer.

import { ZarrStoreError } from "../../errors.ts";
import type { WriterIdentity } from "../../runtime/runtime.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import type { StoreKey } from "../../store/store-key.ts";
import { stagedKey, stagedOwnerKey, stagingOf } from "./control-keys.ts";
import { encodeOwner } from "./lock-owner.ts";

/** How a file is staged. */
export interface ReplaceFileOptions {
  /** The name of the staging folder. */
  readonly txid: string;
  /** Written into the folder: if the writer dies, a later one finds that it is dead, and removes what it left. */
  readonly writer: WriterIdentity;
  readonly durability: "batched" | "none";
}

/**
 * Writes a file beside, flushes it and renames it to its key. If that fails, the old file stays.
 *
 * @throws {ZarrStoreError} `io`
 */
export async function replaceFile(
  store: KeyValueStore,
  key: StoreKey,
  bytes: Uint8Array<ArrayBuffer>,
  { txid, writer, durability }: ReplaceFileOptions,
): Promise<void> {
  const staged = stagedKey(txid, "new");
  try {
    await store.put(stagedOwnerKey(txid), encodeOwner({ ...writer, txid }));
    await store.put(staged, bytes);
    if (durability === "batched") {
      await store.sync([staged]);
    }
    const outcome = await store.move(staged, key);
    if (outcome !== "moved") {
      throw new ZarrStoreError("io", `cannot put ${key} in place: ${outcome}`, { path: key, found: outcome });
    }
  } finally {
    for (const left of [staged, stagedOwnerKey(txid), stagingOf(txid)]) {
      await store.remove(left).catch(() => undefined);
    }
  }
}
