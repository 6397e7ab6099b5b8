// The parts of a large index table and of its ledger: which images each has, and what a part of the ledger says of its table's.

import { parseTableName, type TableSchema } from "@kym/zarr-store";
import { meaningOf, tableFolder, tablePartPath } from "@kym/zarr-store/layout";
import type { Table } from "apache-arrow";
import { ledgerTableName } from "./table-name.ts";

/** A table that would be larger is kept in parts. As one file, it is read and written five times over for a change of one image. */
export const PARTS_BEYOND_BYTES: number = 8 * 1024 * 1024;

/** So many parts, always: an image is in the same one for ever. */
export const BUCKETS = 128;

/** 48 bits: a whole number that a float holds. */
const HEX_DIGITS = 12;

/** The part that has the rows of an image: the SHA-256 of its id, as a number, modulo the count. */
export function bucketOf(imageId: string, hashText: (text: string) => string): number {
  return Number.parseInt(hashText(imageId).slice(0, HEX_DIGITS), 16) % BUCKETS;
}

/** Where the parts of a table and of its ledger lie. */
export function bucketPaths(
  tableName: string,
  bucket: number,
): { readonly table: string; readonly ledger: string } {
  return {
    table: tablePartPath(parseTableName(tableName), bucket),
    ledger: tablePartPath(parseTableName(ledgerTableName(tableName)), bucket),
  };
}

/** The folder of the parts of a table. */
export function partsFolder(tableName: string): string {
  return tableFolder(parseTableName(tableName));
}

/** Whether a path is that of a part. */
export function isPart(path: string): boolean {
  const meaning = meaningOf(path);
  return meaning?.kind === "table" && meaning.isPart;
}

/** What a part of a ledger says of the part of the table that was committed with it. */
export interface SaidOfPart {
  /** The hash of that part. While it has it, its rows are those that the entries of the ledger count. */
  readonly sha256: string;
  readonly schema: TableSchema;
}

/** The key in the metadata of the Arrow schema of a part of a ledger. */
const TABLE_PART = "table_part";

/** The metadata of a part of a ledger. */
export function partMetadata({ sha256, schema }: SaidOfPart): Readonly<Record<string, string>> {
  return { [TABLE_PART]: JSON.stringify({ sha256, columns: schema.columns }) };
}

/** Reads that; undefined for a file that does not say it, or not so that it makes sense: then it vouches for nothing. */
export function saidOfPart(ledger: Table): SaidOfPart | undefined {
  const text = ledger.schema.metadata.get(TABLE_PART);
  try {
    const said: unknown = text === undefined ? undefined : JSON.parse(text);
    if (typeof said !== "object" || said === null) {
      return undefined;
    }
    const { sha256, columns } = said as { readonly sha256?: unknown; readonly columns?: unknown };
    return typeof sha256 === "string" && Array.isArray(columns) && columns.every(isColumn)
      ? { sha256, schema: { columns } }
      : undefined;
  } catch {
    return undefined;
  }
}

function isColumn(value: unknown): value is TableSchema["columns"][number] {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const { name, type, unit = "" } = value as Record<string, unknown>;
  return typeof name === "string" && typeof type === "string" && typeof unit === "string";
}
