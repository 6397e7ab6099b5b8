// Commits the result of a run: merges it into the ledger and the table as they are now, in one commit.

import {
  type Commit,
  type DatasetContents,
  isZarrStoreError,
  parseTableName,
  type ZarrDataset,
} from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { decodeParquet } from "@kym/zarr-store/table";
import { NO_OBJECTS } from "../indexer/artifact-ref.ts";
import type { Indexer } from "../indexer/indexer.ts";
import type { InputHasher } from "../staleness/input-hashes.ts";
import { ledgerOfFile, loadFilesIfThere, rememberIndexes } from "../staleness/load-ledger-and-table.ts";
import type { RunMemory } from "../staleness/run-memory.ts";
import { type IndexTable, mergeIndexTable } from "../table/index-table.ts";
import { encodeLedger, LEDGER_SCHEMA, type Ledger } from "../table/ledger.ts";
import { ledgerTableName } from "../table/table-name.ts";
import { fitsParts, growIntoBuckets, mergeIntoBuckets, saidOfParts } from "./commit-buckets.ts";
import { type IndexChange, mergeLedger } from "./index-change.ts";

export interface CommitIndexOptions {
  readonly memory: RunMemory;
  /** Whether a table and a ledger whose file is lost are made again. */
  readonly mayReplaceLost: boolean;
  /** How many bytes the table has. */
  readonly tableBytes: number;
  /** A table that would have more bytes is kept in parts. */
  readonly partsBeyondBytes: number;
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
  { memory, mayReplaceLost, tableBytes, partsBeyondBytes, ...options }: CommitIndexOptions,
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
      if (!mayReplaceLost || (await isSound(transaction, tableName))) {
        const buckets = {
          ...{ indexer, change, memory },
          withoutEdited: () => withoutEdited(dataset, memory.hasherOf(indexer), change),
        };
        const said = await saidOfParts(transaction, tableName);
        if (said !== undefined && fitsParts(said, indexer, change)) {
          await mergeIntoBuckets(dataset, transaction, said, buckets);
          return;
        }
        if (said !== undefined || tableBytes + bytesOfNewRows(change) > partsBeyondBytes) {
          await growIntoBuckets(dataset, transaction, buckets);
          return;
        }
      }
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

/** Whether the files of table and ledger can be read, if they are there. */
async function isSound(contents: DatasetContents, tableName: string): Promise<boolean> {
  try {
    await loadFilesIfThere(contents, tableName, {});
    await loadFilesIfThere(contents, ledgerTableName(tableName), {});
    return true;
  } catch (error) {
    if (isZarrStoreError(error, "modified_outside", "integrity")) {
      return false;
    }
    throw error;
  }
}

/** A row of an index table has about so many bytes in its file. */
const BYTES_OF_ROW = 64;

function bytesOfNewRows({ updated }: IndexChange): number {
  return BYTES_OF_ROW * [...updated.values()].reduce((sum, { rows }) => sum + rows.length, 0);
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
