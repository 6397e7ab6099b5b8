// Commits the result of a run to a table in parts, or makes parts of a table that has become large.

import { type DatasetContents, parseTableName, type ZarrDataset } from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { decodeParquet, decodeParquetParts, encodeParquet } from "@kym/zarr-store/table";
import { spliceRows } from "@kym/zarr-store/table/lazy";
import type { Table } from "apache-arrow";
import type { Indexer } from "../indexer/indexer.ts";
import { partHashes } from "../staleness/load-buckets.ts";
import { loadFilesIfThere } from "../staleness/load-ledger-and-table.ts";
import type { RunMemory } from "../staleness/run-memory.ts";
import { indexSchema } from "../table/index-schema.ts";
import { hasTypeOf, mergeIndexTable, splitIndexTable } from "../table/index-table.ts";
import { encodeLedger, LEDGER_SCHEMA, parseLedger } from "../table/ledger.ts";
import { bucketOf, bucketPaths, partMetadata, type SaidOfPart, saidOfPart } from "../table/table-buckets.ts";
import { ledgerTableName } from "../table/table-name.ts";
import { type IndexChange, mergeLedger } from "./index-change.ts";

export interface BucketsToCommit {
  readonly indexer: Indexer;
  readonly change: IndexChange;
  readonly memory: RunMemory;
  /** Leaves out the images that were edited since the run looked at them. */
  readonly withoutEdited: () => Promise<IndexChange>;
}

/** What the parts of a table are; undefined if it is not in parts that an index run made. Reads one part of the ledger. */
export async function saidOfParts(
  contents: DatasetContents,
  tableName: string,
): Promise<SaidOfPart | undefined> {
  const [table, ledger] = [
    await partHashes(contents, tableName),
    await partHashes(contents, ledgerTableName(tableName)),
  ];
  const [first] = ledger.keys();
  const bytes = table.size === 0 || first === undefined ? undefined : await contents.exact.load(first);
  return bytes && saidOfPart(await decodeParquet(bytes, { where: first ?? "", memory: "shared" }));
}

/** Whether the rows of a run fit the columns that all parts have, so that no other part has to change. */
export function fitsParts(
  { schema: found }: SaidOfPart,
  { schema }: Indexer,
  { updated }: IndexChange,
): boolean {
  const names = new Set(found.columns.map(({ name }) => name));
  const own = indexSchema(schema, []).columns;
  return (
    own.every((column) =>
      found.columns.some((part) => part.name === column.name && hasTypeOf(column, part)),
    ) &&
    [...updated.values()].every(({ rows }) =>
      rows.every((row) => Object.keys(row).every((name) => names.has(name))),
    )
  );
}

/** Changes the parts that have images of the run, and no others. Each is merged with its state at the moment of the commit. */
export async function mergeIntoBuckets(
  dataset: ZarrDataset,
  transaction: DatasetContents,
  { schema: partSchema }: SaidOfPart,
  { indexer, change, memory, withoutEdited }: BucketsToCommit,
): Promise<void> {
  const { tableName, schema } = indexer;
  const known = new Set(indexSchema(schema, []).columns.map(({ name }) => name));
  const extraNames = partSchema.columns.map(({ name }) => name).filter((name) => !known.has(name));
  const partOf = (imageId: string): number => bucketOf(imageId, memory.hashText);
  const ids = [...change.updated.keys(), ...change.removed.keys(), ...change.rechecked.keys()];
  const buckets = [...Map.groupBy(ids, partOf)].sort(([a], [b]) => a - b);
  let valid = change;
  for (const [index, [bucket, imageIds]] of buckets.entries()) {
    const paths = bucketPaths(tableName, bucket);
    const isHere = (imageId: string): boolean => partOf(imageId) === bucket;
    let said: SaidOfPart | undefined;
    await transaction.exact.merge(paths.table, async (current) => {
      // Under the writer lock, in this order: the first part decides for all.
      valid = index === 0 ? await withoutEdited() : valid;
      const before = current && (await decodeParquet(current, { where: paths.table, memory: "shared" }));
      const merged = mergeIndexTable(before, schema, { ...rowsOfChange(valid, isHere), extraNames });
      const bytes = await encodeParquet(merged.table, { schema: merged.schema });
      said = { sha256: await dataset.runtime.sha256(bytes), schema: merged.schema };
      return { bytes, imageIds: imageIds.toSorted() };
    });
    await transaction.exact.merge(paths.ledger, async (current) => {
      const table = current && (await decodeParquet(current, { where: paths.ledger, memory: "shared" }));
      const ledger = mergeLedger(parseLedger(table, paths.ledger), partOfChange(valid, isHere));
      const metadata = said && partMetadata(said);
      const bytes = await encodeParquet(encodeLedger(ledger), { schema: LEDGER_SCHEMA, metadata });
      return { bytes, imageIds: imageIds.toSorted() };
    });
  }
}

/** Makes parts of table and ledger, with the change of the run in them, in place of what is there. */
export async function growIntoBuckets(
  dataset: ZarrDataset,
  transaction: DatasetContents,
  { indexer, memory, withoutEdited }: BucketsToCommit,
): Promise<void> {
  const { tableName, schema } = indexer;
  const ledgerName = ledgerTableName(tableName);
  const partOf = (imageId: string): number => bucketOf(imageId, memory.hashText);
  const wasThere = [
    ...(await partHashes(transaction, tableName)).keys(),
    ...(await partHashes(transaction, ledgerName)).keys(),
  ];
  const valid = await withoutEdited();
  const load = async (name: string): Promise<Table | undefined> => {
    const files = await loadFilesIfThere(transaction, name, {});
    return files && decodeParquetParts(files, { memory: "shared" });
  };
  const merged = mergeIndexTable(
    await load(tableName),
    schema,
    rowsOfChange(valid, () => true),
  );
  const tables = splitIndexTable(merged, partOf);
  const ledger = mergeLedger(parseLedger(await load(ledgerName), ledgerName), valid);
  const entries = Map.groupBy(ledger, ([imageId]) => partOf(imageId));
  const buckets = new Set([...tables.keys(), ...entries.keys()]);
  const kept = new Set<string>();
  for (const bucket of buckets.size === 0 ? [0] : buckets) {
    const paths = bucketPaths(tableName, bucket);
    const rows = tables.get(bucket) ?? spliceRows([], merged.schema);
    const bytes = await encodeParquet(rows, { schema: merged.schema });
    await transaction.exact.save(paths.table, bytes);
    const said = { sha256: await dataset.runtime.sha256(bytes), schema: merged.schema };
    const own = encodeLedger(new Map(entries.get(bucket)));
    const metadata = partMetadata(said);
    await transaction.exact.save(paths.ledger, await encodeParquet(own, { schema: LEDGER_SCHEMA, metadata }));
    kept.add(paths.table).add(paths.ledger);
  }
  for (const path of [...oneFile(tableName), ...oneFile(ledgerName), ...wasThere]) {
    if (!kept.has(path)) {
      await transaction.exact.delete(path);
    }
  }
}

function oneFile(name: string): readonly string[] {
  return [tablePath(parseTableName(name))];
}

type Owns = (imageId: string) => boolean;

function rowsOfChange(
  { updated, removed }: IndexChange,
  owns: Owns,
): Pick<Parameters<typeof mergeIndexTable>[2], "rowsByImageId" | "removedIds"> {
  return {
    rowsByImageId: new Map(
      [...updated].filter(([id]) => owns(id)).map(([id, { rows }]) => [id, rows] as const),
    ),
    removedIds: new Set([...removed.keys()].filter(owns)),
  };
}

function partOfChange({ updated, rechecked, removed }: IndexChange, owns: Owns): IndexChange {
  const own = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...map].filter(([id]) => owns(id)));
  return { updated: own(updated), rechecked: own(rechecked), removed: own(removed) };
}
