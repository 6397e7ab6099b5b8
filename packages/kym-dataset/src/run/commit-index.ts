// Commits the result of a run: merges it into the ledger and the table as they are now, in one commit.

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

export interface CommitIndexOptions {
  readonly memory: RunMemory;
  /** Whether a table and a ledger whose file is lost are made again. */
  readonly mayReplaceLost: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Changes table and ledger in one commit. Both are merged with their state at the moment of the commit, so the work of
 * another run on other images stays.
 *
 * An image that was edited during the run is left out. It keeps its rows, or those that another run made of the edit,
 * and the next run sees the edit. If nothing changes, nothing is committed.
 *
 * @throws {ZarrStoreError} errors of `ZarrDataset.transaction`
 */
export async function commitIndex(
  dataset: ZarrDataset,
  indexer: Indexer,
  change: IndexChange,
  { memory, mayReplaceLost, ...options }: CommitIndexOptions,
): Promise<Commit> {
  const { tableName, schema } = indexer;
  const ledgerName = ledgerTableName(tableName);
  const imageIds = [...change.updated.keys(), ...change.removed.keys()].sort();
  let ledger: Ledger | undefined;
  let table: IndexTable | undefined;
  const commit = await dataset.transaction(
    async (transaction) => {
      // The ledger is merged first; the table then applies only the images that the ledger accepted. Both run in this
      // order, under the writer lock.
      let valid = change;
      const ofLost = mayReplaceLost ? ({ ifLost: "absent" } as const) : {};
      await transaction.mergeTableFile(
        ledgerName,
        async (current) => {
          valid = await withoutEdited(dataset, memory.hasherOf(indexer), change);
          ledger = mergeLedger(await ledgerOfFile(dataset, memory, ledgerName, current), valid);
          return {
            table: encodeLedger(ledger),
            schema: LEDGER_SCHEMA,
            imageIds: [...imageIds, ...change.rechecked.keys()].sort(),
          };
        },
        ofLost,
      );
      await transaction.mergeTableFile(
        tableName,
        async (current) => {
          const rowsByImageId = new Map([...valid.updated].map(([id, { rows }]) => [id, rows] as const));
          const removedIds = new Set(valid.removed.keys());
          const where = tablePath(parseTableName(tableName));
          const before =
            current &&
            (memory.tableOf(await dataset.runtime.sha256(current)) ??
              (await decodeParquet(current, { where, memory: "shared" })));
          table = mergeIndexTable(before, schema, { rowsByImageId, removedIds });
          return { table: table.table, schema: table.schema, imageIds };
        },
        ofLost,
      );
    },
    { message: `index ${tableName}`, ...options },
  );
  rememberIndexes(memory, tableName, commit, { table, ledger });
  return commit;
}

/** Drops the images that were edited since the run looked at them. */
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

/** Merges the entries. If another run changed an entry meanwhile, a recheck gives way: that run saw the image later. */
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
