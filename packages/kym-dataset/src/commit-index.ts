import type { Commit, Row, ZarrDataset } from "@kym/zarr-store";
import { mergeIndexTable } from "./index-table.ts";
import type { Indexer } from "./indexer.ts";
import { encodeLedger, LEDGER_SCHEMA, type LedgerEntry, ledgerEntriesAgree, parseLedger } from "./ledger.ts";
import { ledgerTableName } from "./table-name.ts";

/** What a run changes in an indexer's table and ledger. */
export interface IndexChange {
  /** The rows, and the entries that account for them, of images that were updated. */
  readonly updated: ReadonlyMap<string, { readonly rows: readonly Row[]; readonly entry: LedgerEntry }>;
  /** New entries of images whose rows stay, with the entry that each had when it was looked at. */
  readonly rechecked: ReadonlyMap<
    string,
    { readonly before: LedgerEntry | undefined; readonly entry: LedgerEntry }
  >;
  /** Images that lose rows and entry. */
  readonly removed: ReadonlySet<string>;
}

/**
 * Changes table and ledger in one commit, applied to both as they are at the moment of the commit: what another run
 * did to other images stays. Nothing is committed if nothing changes.
 *
 * @throws {ZarrStoreError} as `ZarrDataset.transaction`
 */
export async function commitIndex(
  dataset: ZarrDataset,
  indexer: Indexer,
  change: IndexChange,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Commit> {
  const { tableName, schema } = indexer;
  const ledgerName = ledgerTableName(tableName);
  const rowsByImageId = new Map([...change.updated].map(([id, { rows }]) => [id, rows] as const));
  const imageIds = [...change.updated.keys(), ...change.removed].sort();
  return dataset.transaction(
    async (transaction) => {
      await transaction.mergeTable(tableName, (current) => ({
        ...mergeIndexTable(current, schema, { rowsByImageId, removedIds: change.removed }),
        imageIds,
      }));
      await transaction.mergeTable(ledgerName, (current) => ({
        table: encodeLedger(mergeLedger(parseLedger(current, ledgerName), change)),
        schema: LEDGER_SCHEMA,
        imageIds: [...imageIds, ...change.rechecked.keys()].sort(),
      }));
    },
    { message: `index ${tableName}`, ...options },
  );
}

/** A recheck gives way to whatever another run wrote meanwhile: that run saw the image later. */
function mergeLedger(
  current: ReadonlyMap<string, LedgerEntry>,
  change: IndexChange,
): ReadonlyMap<string, LedgerEntry> {
  const merged = new Map(current);
  for (const imageId of change.removed) {
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
