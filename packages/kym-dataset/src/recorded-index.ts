import {
  columnOf,
  isZarrStoreError,
  schemaOfTable,
  type TableSchema,
  type ZarrDataset,
} from "@kym/zarr-store";
import type { Table } from "apache-arrow";
import { hasTypeOf } from "./index-table.ts";
import type { Indexer } from "./indexer.ts";
import { type Ledger, parseLedger } from "./ledger.ts";
import type { RecordedIndex, RecordedRows } from "./staleness.ts";
import { ledgerTableName } from "./table-name.ts";

/** What an indexer's table and ledger say, read once. */
export interface RecordedIndexes {
  /** False if the table or the ledger is not there yet. */
  readonly exists: boolean;
  /** Images with rows or an entry. */
  readonly imageIds: ReadonlySet<string>;
  of(imageId: string): RecordedIndex;
}

const NO_ROWS: RecordedRows = { count: 0, provenance: undefined };

/**
 * Reads an indexer's table and ledger.
 *
 * @throws {KymDatasetError} `schema_mismatch` for a ledger that is none
 * @throws {ZarrStoreError} `schema_mismatch` for a table without provenance, `modified_outside`, `invalid_file`
 */
export async function loadRecordedIndexes(
  dataset: ZarrDataset,
  indexer: Indexer,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RecordedIndexes> {
  const ledgerName = ledgerTableName(indexer.tableName);
  const table = await loadTableIfThere(dataset, indexer.tableName, options);
  const ledgerTable = await loadTableIfThere(dataset, ledgerName, options);
  const ledger: Ledger = parseLedger(ledgerTable, ledgerName);
  const rowsByImageId = table === undefined ? new Map<string, RecordedRows>() : countRows(table);
  const hasSchema = table === undefined || hasColumns(table, indexer.schema);
  return {
    exists: table !== undefined && ledgerTable !== undefined,
    imageIds: new Set([...rowsByImageId.keys(), ...ledger.keys()]),
    of: (imageId) => ({
      entry: ledger.get(imageId),
      rows: rowsByImageId.get(imageId) ?? NO_ROWS,
      hasSchema,
    }),
  };
}

async function loadTableIfThere(
  dataset: ZarrDataset,
  name: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<Table | undefined> {
  try {
    return await dataset.loadTable(name, options);
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return undefined;
    }
    throw error;
  }
}

/** Rows per image, and their stamps where these are the same in all. */
function countRows(table: Table): ReadonlyMap<string, RecordedRows> {
  const ids = columnOf(table, "image_id");
  const versions = columnOf(table, "analysis_version");
  const hashes = columnOf(table, "params_hash");
  const found = new Map<string, RecordedRows>();
  for (const [row, id] of ids.entries()) {
    if (typeof id !== "string") {
      continue;
    }
    const stamp = { analysisVersion: textOrNull(versions[row]), paramsHash: textOrNull(hashes[row]) };
    const before = found.get(id);
    const agrees =
      before === undefined ||
      (before.provenance?.analysisVersion === stamp.analysisVersion &&
        before.provenance.paramsHash === stamp.paramsHash);
    found.set(id, { count: (before?.count ?? 0) + 1, provenance: agrees ? stamp : undefined });
  }
  return found;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function hasColumns(table: Table, schema: TableSchema): boolean {
  const found = schemaOfTable(table).columns;
  return schema.columns.every((own) =>
    found.some((column) => column.name === own.name && hasTypeOf(own, column)),
  );
}
