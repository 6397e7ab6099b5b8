// The ledger of an index table (`<table>_runs`): what each image's rows were made from.

import type { CellValue, Row, TableSchema } from "@kym/zarr-store";
import { tableFromColumns } from "@kym/zarr-store/table/lazy";
import { columnOf } from "@kym/zarr-store/table/reading";
import type { Table } from "apache-arrow";
import { KymDatasetError } from "../errors.ts";

/** What the rows of one analysed image were made from. One row of `<table>_runs`. */
export interface LedgerEntry {
  readonly imageId: string;
  readonly analysisVersion: string;
  readonly paramsHash: string;
  /** See {@link InputHashes}. */
  readonly inputsSha256: string;
  readonly sourcesSha256: string;
  /** Hash of the canonical JSON of the indexer's context. */
  readonly contextSha256: string;
  /** Hash of the ROI geometry in that context; null without `rois`, or if an older version wrote the entry. */
  readonly roisSha256: string | null;
  readonly nRows: number;
  /** When this entry last changed. */
  readonly indexedEpochNs: bigint;
}

/** The columns of a ledger; `docs/indexing.md#the-ledger` explains them. */
export const LEDGER_SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "analysis_version", type: "utf8", nullable: false },
    { name: "params_hash", type: "utf8", nullable: false },
    { name: "inputs_sha256", type: "utf8", nullable: false },
    { name: "sources_sha256", type: "utf8", nullable: false },
    { name: "context_sha256", type: "utf8", nullable: false },
    { name: "n_rows", type: "int64", nullable: false },
    { name: "indexed_epoch_ns", type: "int64", nullable: false, unit: "ns" },
    { name: "rois_sha256", type: "utf8" },
  ],
};

export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** True if two entries differ at most in their time. */
export function ledgerEntriesAgree(a: LedgerEntry, b: LedgerEntry): boolean {
  return (
    a.imageId === b.imageId &&
    a.analysisVersion === b.analysisVersion &&
    a.paramsHash === b.paramsHash &&
    a.inputsSha256 === b.inputsSha256 &&
    a.sourcesSha256 === b.sourcesSha256 &&
    a.contextSha256 === b.contextSha256 &&
    a.roisSha256 === b.roisSha256 &&
    a.nRows === b.nRows
  );
}

/** Writes a ledger as a table, sorted by image id. */
export function encodeLedger(ledger: Ledger): Table {
  const ids = [...ledger.keys()].sort();
  const entries = ids.flatMap((id) => ledger.get(id) ?? []);
  return tableFromColumns(
    LEDGER_SCHEMA,
    {
      image_id: ids,
      analysis_version: entries.map(({ analysisVersion }) => analysisVersion),
      params_hash: entries.map(({ paramsHash }) => paramsHash),
      inputs_sha256: entries.map(({ inputsSha256 }) => inputsSha256),
      sources_sha256: entries.map(({ sourcesSha256 }) => sourcesSha256),
      context_sha256: entries.map(({ contextSha256 }) => contextSha256),
      n_rows: entries.map(({ nRows }) => nRows),
      indexed_epoch_ns: BigInt64Array.from(entries, ({ indexedEpochNs }) => indexedEpochNs),
      rois_sha256: entries.map(({ roisSha256 }) => roisSha256),
    },
    ids.length,
  );
}

/**
 * Reads the entries of a ledger. Without a table the ledger is empty.
 *
 * @param where the table's name, for the message
 * @throws {KymDatasetError} `schema_mismatch`, naming the column that is missing or has another type
 */
export function parseLedger(table: Table | undefined, where: string): Ledger {
  const ledger = new Map<string, LedgerEntry>();
  if (table === undefined) {
    return ledger;
  }
  const names = new Set(table.schema.fields.map(({ name }) => name));
  const cells = LEDGER_SCHEMA.columns.map(({ name }) =>
    names.has(name) ? columnOf(table, name) : undefined,
  );
  for (let row = 0; row < table.numRows; row++) {
    const entry = parseLedgerCells((column) => cells[column]?.[row], where);
    ledger.set(entry.imageId, entry);
  }
  return ledger;
}

/** Reads one row of a ledger. @throws {KymDatasetError} as {@link parseLedger} */
export function parseLedgerRow(row: Row, where: string): LedgerEntry {
  return parseLedgerCells((column) => row[LEDGER_SCHEMA.columns[column]?.name ?? ""], where);
}

/** @param cellOf the cell of the column of this number in {@link LEDGER_SCHEMA}; undefined where the table has no such column */
function parseLedgerCells(cellOf: (column: number) => CellValue | undefined, where: string): LedgerEntry {
  const rois = cellOf(8);
  return {
    imageId: textOf(cellOf(0), "image_id", where),
    analysisVersion: textOf(cellOf(1), "analysis_version", where),
    paramsHash: textOf(cellOf(2), "params_hash", where),
    inputsSha256: textOf(cellOf(3), "inputs_sha256", where),
    sourcesSha256: textOf(cellOf(4), "sources_sha256", where),
    contextSha256: textOf(cellOf(5), "context_sha256", where),
    roisSha256: rois === undefined || rois === null ? null : textOf(rois, "rois_sha256", where),
    nRows: Number(integerOf(cellOf(6), "n_rows", where)),
    indexedEpochNs: integerOf(cellOf(7), "indexed_epoch_ns", where),
  };
}

/** Reads a text cell; undefined means that the table does not have the column. */
function textOf(value: CellValue | undefined, column: string, where: string): string {
  if (typeof value !== "string") {
    throw mismatch(column, "text", value, where);
  }
  return value;
}

function integerOf(value: CellValue | undefined, column: string, where: string): bigint {
  if (typeof value !== "bigint") {
    throw mismatch(column, "an integer", value, where);
  }
  return value;
}

function mismatch(
  column: string,
  expected: string,
  found: CellValue | undefined,
  where: string,
): KymDatasetError {
  const kind = found === undefined ? "no such column" : typeof found;
  return new KymDatasetError(
    "schema_mismatch",
    `${where} is not a valid ledger: column ${column}: expected ${expected}, found ${kind}`,
    { path: column, expected, found },
  );
}
