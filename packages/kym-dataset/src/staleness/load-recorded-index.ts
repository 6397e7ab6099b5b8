// Loads what an indexer's table and ledger record about one image, without decoding what they say of the others.

import type { ZarrDataset } from "@kym/zarr-store";
import type { ParquetFile } from "@kym/zarr-store/table";
import { type PlainRows, plainRowsOf } from "@kym/zarr-store/table/reading";
import type { Indexer } from "../indexer/indexer.ts";
import { PROVENANCE_COLUMNS } from "../table/index-schema.ts";
import { parseLedgerRow } from "../table/ledger.ts";
import { ledgerTableName } from "../table/table-name.ts";
import {
  hasColumns,
  type LoadRecordedOptions,
  loadFilesIfThere,
  loadLedgerAndTable,
  NO_ROWS,
} from "./load-ledger-and-table.ts";
import type { RunMemory } from "./run-memory.ts";
import type { RecordedIndex, RecordedRows } from "./staleness.ts";

const IMAGE_ID = "image_id";
const STAMPS = PROVENANCE_COLUMNS.map(({ name }) => name);

/**
 * Reads what table and ledger record about one image. Files that this package wrote are verified whole, and only the rows of the
 * image decoded; where many images were asked for, and for files of other writers, all rows are.
 *
 * @throws as {@link loadLedgerAndTable}
 */
export async function loadRecordedIndex(
  dataset: ZarrDataset,
  indexer: Indexer,
  imageId: string,
  memory: RunMemory,
  options: LoadRecordedOptions = {},
): Promise<RecordedIndex> {
  const found = memory.wantsWhole(indexer.tableName)
    ? undefined
    : await findRecorded(dataset, indexer, imageId, options);
  return found ?? (await loadLedgerAndTable(dataset, indexer, memory, options)).of(imageId);
}

/** Undefined if a file is not written as ours are, or lacks a column that every table has. */
async function findRecorded(
  dataset: ZarrDataset,
  indexer: Indexer,
  imageId: string,
  options: LoadRecordedOptions,
): Promise<RecordedIndex | undefined> {
  const ledgerName = ledgerTableName(indexer.tableName);
  const table = await loadFilesIfThere(dataset, indexer.tableName, options);
  const ledger = await loadFilesIfThere(dataset, ledgerName, options);
  const rows = table && rowsOfImage(dataset, table, imageId, STAMPS);
  const entries = ledger && rowsOfImage(dataset, ledger, imageId);
  const isMissing = (name: string): boolean =>
    rows?.schema.columns.every((column) => column.name !== name) === true;
  if ((table !== undefined && (rows === undefined || STAMPS.some(isMissing))) || (ledger && !entries)) {
    return undefined;
  }
  const entry = entries?.rows.at(-1);
  return {
    entry: entry && parseLedgerRow(entry, ledgerName),
    rows: rows === undefined ? NO_ROWS : recordedRows(rows),
    hasSchema: rows === undefined || hasColumns(rows.schema, indexer.schema),
  };
}

/** The rows of an image in the files of a table, which have the same columns. */
function rowsOfImage(
  { runtime }: ZarrDataset,
  files: readonly ParquetFile[],
  imageId: string,
  columns?: readonly string[],
): PlainRows | undefined {
  const where = { column: IMAGE_ID, text: imageId };
  let whole: PlainRows | undefined;
  for (const { bytes } of files) {
    const found = plainRowsOf(bytes, { where, columns, unzstd: runtime.zstd?.decompressNow });
    if (found === undefined) {
      return undefined;
    }
    whole = whole === undefined ? found : { ...whole, rows: [...whole.rows, ...found.rows] };
  }
  return whole;
}

/** Counts rows, and keeps their stamps if they all agree. */
function recordedRows({ rows }: PlainRows): RecordedRows {
  const [first, ...others] = rows.map(({ analysis_version: version, params_hash: hash }) => ({
    analysisVersion: typeof version === "string" ? version : null,
    paramsHash: typeof hash === "string" ? hash : null,
  }));
  const agree = others.every(
    ({ analysisVersion, paramsHash }) =>
      analysisVersion === first?.analysisVersion && paramsHash === first.paramsHash,
  );
  return { count: rows.length, provenance: agree ? first : undefined };
}
