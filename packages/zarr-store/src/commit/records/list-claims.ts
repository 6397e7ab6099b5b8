// Lists the claims that writers have staged beside the log.

import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import { isStoreKey } from "../../store/store-key.ts";
import { COMMITS, claimFolderKey, stagingEntryKind, stagingOf, txidOfClaim } from "./control-keys.ts";

/** The transaction of the staged claim that has this name in `__commits`; undefined for any other name. */
export function transactionOfClaim(name: string): string | undefined {
  const txid = txidOfClaim(name);
  return txid !== undefined && isStoreKey(txid) && stagingEntryKind(txid) === "transaction"
    ? txid
    : undefined;
}

/**
 * Lists the transactions whose claim is left behind although their staging is gone: they died while they were discarded, or
 * were barred while they slept. The claim of a transaction that has just been committed is gone as well when it is looked at.
 */
export async function listClaimsLeft(
  store: Pick<ReadOnlyStore, "list" | "stat">,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { name } of await store.list(COMMITS)) {
    const txid = transactionOfClaim(name);
    const isLeft =
      txid !== undefined &&
      (await store.stat(stagingOf(txid))) === undefined &&
      (await store.stat(claimFolderKey(txid))) !== undefined;
    if (isLeft) {
      left.push(txid);
    }
  }
  return left;
}
