import { type Commit, parseTableName, type Row, type ZarrDataset } from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { decodeParquet } from "@kym/zarr-store/table";
import { NO_OBJECTS, type ObjectHashes } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import type { InputHasher } from "../staleness/input-hashes.ts";
import { ledgerOfFile, rememberIndexes } from "../staleness/load-ledger-and-table.ts";
import type { RunMemory } from "../staleness/run-memory.ts";
import { type IndexTable, mergeIndexTable } from "../table/index-table.ts";
import {
  encodeLedger,
  LEDGER_SCHEMA,
  type Ledger,
  type LedgerEntry,
  ledgerEntriesAgree,
} from "../table/ledger.ts";
import { ledgerTableName } from "../table/table-name.ts";

/** What a run changes in an indexer's table and ledger. */
export interface IndexChange {
  /** The rows, and the entries that account for them, of images that were updated, with what each was made from. */
  readonly updated: ReadonlyMap<
    string,
    { readonly rows: readonly Row[]; readonly entry: LedgerEntry; readonly seen: ObjectHashes }
  >;
  /** New entries of images whose rows stay, with the entry that each had when it was looked at. */
  readonly rechecked: ReadonlyMap<
    string,
    { readonly before: LedgerEntry | undefined; readonly entry: LedgerEntry }
  >;
  /** Images that lose rows and entry, with the objects that each had when it was looked at. */
  readonly removed: ReadonlyMap<string, ObjectHashes>;
}

/**
 * Changes table and ledger in one commit, applied to both as they are at the moment of the commit: what another run
 * did to other images stays. An image that was edited since it was looked at is left as another run has it, or stale
 * for the next one. Nothing is committed if nothing changes.
 *
 * @throws {ZarrStoreError} as `ZarrDataset.transaction`
 */
export async function commitIndex(
  dataset: ZarrDataset,
  indexer: Indexer,
  change: IndexChange,
  { memory, ...options }: { readonly memory: RunMemory; readonly signal?: AbortSignal | undefined },
): Promise<Commit> {
  const { tableName, schema } = indexer;
  const ledgerName = ledgerTableName(tableName);
  const imageIds = [...change.updated.keys(), ...change.removed.keys()].sort();
  let ledger: Ledger | undefined;
  let table: IndexTable | undefined;
  const commit = await dataset.transaction(
    async (transaction) => {
      // Merges run in this order, under the writer lock: the table takes of the change what the ledger took.
      let valid = change;
      await transaction.mergeTableFile(ledgerName, async (current) => {
        valid = await withoutEdited(dataset, memory.hasherOf(indexer), change);
        ledger = mergeLedger(await ledgerOfFile(dataset, memory, ledgerName, current), valid);
        return {
          table: encodeLedger(ledger),
          schema: LEDGER_SCHEMA,
          imageIds: [...imageIds, ...change.rechecked.keys()].sort(),
        };
      });
      await transaction.mergeTableFile(tableName, async (current) => {
        const rowsByImageId = new Map([...valid.updated].map(([id, { rows }]) => [id, rows] as const));
        const removedIds = new Set(valid.removed.keys());
        const where = tablePath(parseTableName(tableName));
        const before = current && (await decodeParquet(current, { where, memory: "shared" }));
        table = mergeIndexTable(before, schema, { rowsByImageId, removedIds });
        return { table: table.table, schema: table.schema, imageIds };
      });
    },
    { message: `index ${tableName}`, ...options },
  );
  rememberIndexes(memory, tableName, commit, { table, ledger });
  return commit;
}

/** The change of those images alone that are still what the run looked at. */
async function withoutEdited(
  dataset: ZarrDataset,
  hasher: InputHasher,
  change: IndexChange,
): Promise<IndexChange> {
  const seen = new Map(change.removed);
  for (const [imageId, updated] of change.updated) {
    seen.set(imageId, updated.seen);
  }
  const hashes = await dataset.imageObjectHashes();
  const isSame = new Map(
    Array.from(seen, ([id, then]) => [id, hasher.areSame(then, hashes.get(id) ?? NO_OBJECTS)] as const),
  );
  return {
    ...change,
    updated: new Map([...change.updated].filter(([id]) => isSame.get(id))),
    removed: new Map([...change.removed].filter(([id]) => isSame.get(id))),
  };
}

/** A recheck gives way to whatever another run wrote meanwhile: that run saw the image later. */
function mergeLedger(
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
