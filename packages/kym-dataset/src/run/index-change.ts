// What a run changes in an indexer's table and ledger, and how its entries are merged with those of another run.

import type { Row } from "@kym/zarr-store";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import { type LedgerEntry, ledgerEntriesAgree } from "../table/ledger.ts";

/** The changes of one run to an indexer's table and ledger. */
export interface IndexChange {
  /** Updated images: their rows, their ledger entries, and the hashes of the objects that both were made from. */
  readonly updated: ReadonlyMap<
    string,
    { readonly rows: readonly Row[]; readonly entry: LedgerEntry; readonly seen: ObjectHashes }
  >;
  /** Images whose rows stay and whose entry changes: the entry that the run read, and the new one. */
  readonly rechecked: ReadonlyMap<
    string,
    { readonly before: LedgerEntry | undefined; readonly entry: LedgerEntry }
  >;
  /** Images that lose their rows and entry, with the hashes of the objects that the run saw. */
  readonly removed: ReadonlyMap<string, ObjectHashes>;
}

/** Merges the entries. If another run changed an entry meanwhile, a recheck gives way: that run saw the image later. */
export function mergeLedger(
  current: ReadonlyMap<string, LedgerEntry>,
  change: IndexChange,
): ReadonlyMap<string, LedgerEntry> {
  const merged = new Map(current);
  for (const imageId of change.removed.keys()) {
    merged.delete(imageId);
  }
  for (const [imageId, { before, entry }] of change.rechecked) {
    const now = current.get(imageId);
    const isUntouched =
      now === undefined || before === undefined ? now === before : ledgerEntriesAgree(now, before);
    if (isUntouched) {
      merged.set(imageId, entry);
    }
  }
  for (const [imageId, { entry }] of change.updated) {
    const now = current.get(imageId);
    merged.set(imageId, now !== undefined && ledgerEntriesAgree(now, entry) ? now : entry);
  }
  return merged;
}
