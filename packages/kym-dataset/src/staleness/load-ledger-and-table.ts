// Loads what an indexer's table and ledger record about each image, and caches it by the files' hashes.

import {
  type Commit,
  isZarrStoreError,
  parseTableName,
  type TableSchema,
  type ZarrDataset,
} from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { decodeParquetParts, type ParquetFile, schemaOfTable } from "@kym/zarr-store/table";
import type { Table } from "apache-arrow";
import type { Indexer } from "../indexer/indexer.ts";
import { hasTypeOf, type IndexTable, stampedRanges } from "../table/index-table.ts";
import { type Ledger, parseLedger } from "../table/ledger.ts";
import { ledgerTableName } from "../table/table-name.ts";
import { countRows, loadBuckets, sizeOfFiles } from "./load-buckets.ts";
import type { FileMemory, RunMemory, TableRows } from "./run-memory.ts";
import type { RecordedIndex, RecordedRows } from "./staleness.ts";

/** What an indexer's table and ledger record about all images. */
export interface RecordedIndexes {
  /** False if the table or the ledger does not exist yet. */
  readonly exists: boolean;
  /** The table and the ledger whose file is lost, by name. */
  readonly lost: readonly string[];
  /** False if the table exists but lacks a column of the indexer, or has it with another type or unit. */
  readonly hasSchema: boolean;
  /** Images that have rows in the table or an entry in the ledger. */
  readonly imageIds: ReadonlySet<string>;
  /** How many bytes the table's file has, or its parts; 0 if they were not read, because the ledger vouches for them. */
  readonly tableBytes: number;
  of(imageId: string): RecordedIndex;
}

/** What a table without rows of an image records about it. */
export const NO_ROWS: RecordedRows = { count: 0, provenance: undefined };

/** Remembers the table and ledger that a run committed, so that the next run does not decode them. */
export function rememberIndexes(
  memory: RunMemory,
  tableName: string,
  { ops }: Commit,
  { table, ledger }: { readonly table: IndexTable | undefined; readonly ledger: Ledger | undefined },
): void {
  const { tables, ledgers } = memory;
  const ledgerName = ledgerTableName(tableName);
  for (const op of ops) {
    if (op.op === "put" && op.path === pathOf(tableName) && table !== undefined) {
      const part = { schema: schemaOfTable(table.table), rowsByImageId: countRows(table.ranges) };
      tables.set(tableName, { sha256: op.sha256, part });
      memory.keepTable(op.sha256, table.table);
    } else if (op.op === "put" && op.path === pathOf(ledgerName) && ledger !== undefined) {
      ledgers.set(ledgerName, { sha256: op.sha256, part: ledger });
    }
  }
}

/** Decodes a ledger file, unless it is the one that was read last. @throws {KymDatasetError} `schema_mismatch` */
export async function ledgerOfFile(
  dataset: ZarrDataset,
  memory: RunMemory,
  ledgerName: string,
  bytes: Uint8Array<ArrayBuffer> | undefined,
): Promise<Ledger> {
  return bytes === undefined
    ? new Map()
    : partOfFiles(dataset, ledgerName, [{ path: pathOf(ledgerName), bytes }], memory.ledgers, (table) =>
        parseLedger(table, ledgerName),
      );
}

function pathOf(tableName: string): string {
  return tablePath(parseTableName(tableName));
}

export interface LoadRecordedOptions {
  /** Take a table or ledger whose file is missing, damaged or another program's for none. Default false: that is an error. */
  readonly mayBeLost?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads an indexer's table and ledger.
 *
 * @throws {KymDatasetError} `schema_mismatch` for a malformed ledger
 * @throws {ZarrStoreError} `schema_mismatch` for a table without provenance, `modified_outside`, `invalid_file`
 */
export async function loadLedgerAndTable(
  dataset: ZarrDataset,
  indexer: Indexer,
  memory: RunMemory,
  options: LoadRecordedOptions = {},
): Promise<RecordedIndexes> {
  const ledgerName = ledgerTableName(indexer.tableName);
  const buckets = options.mayBeLost === true ? undefined : await loadBuckets(dataset, indexer.tableName);
  if (buckets !== undefined) {
    const { entries, rowsByImageId, schema } = buckets;
    return {
      lost: [],
      exists: true,
      tableBytes: 0,
      ...recordedOf(entries, rowsByImageId, hasColumns(schema, indexer.schema)),
    };
  }
  const files = await loadFilesIfThere(dataset, indexer.tableName, options);
  const table =
    files && (await partOfFiles(dataset, indexer.tableName, files, memory.tables, parseRows, options));
  const parse = (found: Table): Ledger => parseLedger(found, ledgerName);
  const ledger = await loadPart(dataset, ledgerName, memory.ledgers, parse, options);
  const rowsByImageId = table?.rowsByImageId ?? new Map<string, RecordedRows>();
  const entries: Ledger = ledger ?? new Map();
  const hasSchema = table === undefined || hasColumns(table.schema, indexer.schema);
  const there = await dataset.listTableNames();
  const lost = [
    ...(table === undefined ? [indexer.tableName] : []),
    ...(ledger === undefined ? [ledgerName] : []),
  ].filter((name) => there.includes(name));
  return {
    lost,
    exists: table !== undefined && ledger !== undefined,
    tableBytes: sizeOfFiles(files),
    ...recordedOf(entries, rowsByImageId, hasSchema),
  };
}

function recordedOf(
  entries: Ledger,
  rowsByImageId: ReadonlyMap<string, RecordedRows>,
  hasSchema: boolean,
): Pick<RecordedIndexes, "hasSchema" | "imageIds" | "of"> {
  return {
    hasSchema,
    imageIds: new Set([...rowsByImageId.keys(), ...entries.keys()]),
    of: (imageId) => ({
      entry: entries.get(imageId),
      rows: rowsByImageId.get(imageId) ?? NO_ROWS,
      hasSchema,
    }),
  };
}

/**
 * Reads and verifies a table's file, or its parts. Decodes them only if they have changed since the last time.
 *
 * @returns undefined if the table does not exist
 */
async function loadPart<T>(
  dataset: ZarrDataset,
  name: string,
  known: FileMemory<T>,
  parse: (table: Table) => T,
  options: LoadRecordedOptions,
): Promise<T | undefined> {
  const files = await loadFilesIfThere(dataset, name, options);
  return files && partOfFiles(dataset, name, files, known, parse, options);
}

async function partOfFiles<T>(
  dataset: ZarrDataset,
  name: string,
  files: readonly ParquetFile[],
  known: FileMemory<T>,
  parse: (table: Table) => T,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const sha256 = await hashOf(dataset, files);
  const before = known.get(name);
  if (before?.sha256 === sha256) {
    return before.part;
  }
  const part = parse(await decodeParquetParts(files, { memory: "shared", ...options }));
  known.set(name, { sha256, part });
  return part;
}

/** The hash of the one file, as a commit has it, or of the hashes of all parts. */
async function hashOf({ runtime }: ZarrDataset, files: readonly ParquetFile[]): Promise<string> {
  const hashes = await Promise.all(files.map(async ({ bytes }) => runtime.sha256(bytes)));
  const [only] = hashes;
  return only !== undefined && hashes.length === 1
    ? only
    : runtime.sha256(new TextEncoder().encode(hashes.join(" ")));
}

/** The files of a table, verified; undefined if it does not exist. */
export async function loadFilesIfThere(
  dataset: Pick<ZarrDataset, "loadTableFiles">,
  name: string,
  options: LoadRecordedOptions,
): Promise<readonly ParquetFile[] | undefined> {
  try {
    const { mayBeLost, ...rest } = options;
    return await dataset.loadTableFiles(name, { ...rest, ...(mayBeLost === true && { ifLost: "absent" }) });
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return undefined;
    }
    throw error;
  }
}

function parseRows(table: Table): TableRows {
  return { schema: schemaOfTable(table), rowsByImageId: countRows(stampedRanges(table)) };
}

/** Whether a table has all columns of an indexer, with their types and units. */
export function hasColumns(found: TableSchema, schema: TableSchema): boolean {
  return schema.columns.every((own) =>
    found.columns.some((column) => column.name === own.name && hasTypeOf(own, column)),
  );
}
