// Reads a table that is kept as several Parquet files, its parts, and makes one file of them.

import type { Table } from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import { concatTables } from "../rows/table-rows.ts";
import { schemaOfTable, type TableSchema } from "../table-schema.ts";
import { type DecodeParquetOptions, decodeParquet, encodeParquet, parquetSchemaOf } from "./parquet.ts";

/** A Parquet file that holds some rows of a table, or all of them. */
export interface ParquetFile {
  /** Its name, for messages. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Decodes the files of a table and joins their rows, in the order of the files.
 *
 * @throws {ZarrStoreError} as {@link decodeParquet}; `schema_mismatch`, naming the file and its first column that differs
 */
export async function decodeParquetParts(
  files: readonly ParquetFile[],
  options: Omit<DecodeParquetOptions, "where"> = {},
): Promise<Table> {
  await assertSameSchemas(files);
  const tables: Table[] = [];
  for (const { path, bytes } of files) {
    tables.push(await decodeParquet(bytes, { ...options, where: path, hasParts: files.length > 1 }));
  }
  const [only] = tables;
  return only !== undefined && tables.length === 1 ? only : concatTables(tables);
}

/** Makes one Parquet file of the files of a table. Equal parts give equal bytes. */
export async function joinParquetParts(files: readonly ParquetFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const [only] = files;
  if (only !== undefined && files.length === 1) {
    return only.bytes;
  }
  const table = await decodeParquetParts(files);
  return encodeParquet(table, { schema: schemaOfTable(table) });
}

/** @throws {ZarrStoreError} `schema_mismatch`, naming the file and its first column that differs */
export async function assertSameSchemas(files: readonly ParquetFile[]): Promise<void> {
  let first: { readonly path: string; readonly schema: TableSchema } | undefined;
  for (const { path, bytes } of files.length > 1 ? files : []) {
    const schema = await parquetSchemaOf(bytes, path);
    first ??= { path, schema };
    const expected = first.schema.columns;
    for (let index = 0; index < Math.max(expected.length, schema.columns.length); index++) {
      const [wanted, found] = [textOf(expected[index]), textOf(schema.columns[index])];
      if (wanted !== found) {
        const message = `column ${index} of ${path}: expected ${wanted}, as in ${first.path}, found ${found}`;
        throw new ZarrStoreError("schema_mismatch", message, {
          path: schema.columns[index]?.name ?? expected[index]?.name ?? "",
          expected: wanted,
          found,
        });
      }
    }
  }
}

function textOf(column: TableSchema["columns"][number] | undefined): string {
  return column === undefined
    ? "no more columns"
    : `${column.name} (${column.type}${column.unit === undefined ? "" : `, ${column.unit}`})`;
}
