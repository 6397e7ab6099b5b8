import type { Column, ColumnType, TableSchema } from "@kym/zarr-store";
import { type CsvLimits, csvMaxBytes, csvMaxRowBytes, findCsvCells } from "./csv-cells.ts";
import { type CsvColumnData, inferColumnType, readCsvColumn } from "./csv-column.ts";
import { plainHeader, readPlainCsv } from "./csv-plain.ts";
import { LegacyIoError } from "./errors.ts";

/** What pandas calls the column that has no name, which is how it writes an index. */
export const UNNAMED_COLUMN = "Unnamed: 0";

export interface ReadCsvOptions extends CsvLimits {
  /**
   * Names and types of the columns. The file's own order is kept; columns that the schema does not know are `utf8`
   * and stand in the result's schema. Without a schema types are found from all cells of a column.
   */
  readonly schema?: TableSchema | undefined;
}

/** A CSV as columns: what `tableFromColumns` of `@kym/zarr-store` takes. */
export interface CsvTable {
  /** The columns in the file's order. */
  readonly schema: TableSchema;
  readonly columns: Readonly<Record<string, CsvColumnData>>;
  readonly rowCount: number;
}

/**
 * Reads a comma-separated table. An empty cell is NULL, `""` is an empty string; in columns of numbers so are
 * `nan`, `NaN`, `NA`, `null` and their like.
 * Throws `invalid_file` with the line for what is no CSV, `schema_mismatch` for a cell that is not of its column's
 * type and for a column of the schema that is not nullable and not there.
 */
export function readCsv(bytes: Uint8Array, options: ReadCsvOptions = {}): CsvTable {
  const { schema } = options;
  return (schema && readPlain(bytes, schema, options)) ?? readAny(bytes, options);
}

/** The quick way, for what is plain; undefined for everything else, which `readAny` reads or refuses. */
function readPlain(bytes: Uint8Array, schema: TableSchema, limits: CsvLimits): CsvTable | undefined {
  const header = bytes.byteLength > csvMaxBytes(limits) ? undefined : plainHeader(bytes);
  if (header === undefined || header.names.length < 2) {
    return undefined;
  }
  const columns = matchColumns(header.names, schema, () => "utf8");
  const plain = readPlainCsv(bytes, header.stop, columns, csvMaxRowBytes(limits));
  return plain === undefined ? undefined : tableOf(columns, plain.columns, plain.rowCount);
}

function readAny(bytes: Uint8Array, { schema, ...limits }: ReadCsvOptions): CsvTable {
  const cells = findCsvCells(bytes, limits);
  const columns = matchColumns(cells.header, schema, (index) =>
    schema === undefined ? inferColumnType(cells, index) : "utf8",
  );
  const data = columns.map((column, index) => readCsvColumn(cells, index, column));
  return tableOf(columns, data, cells.rowCount);
}

function matchColumns(
  header: readonly string[],
  schema: TableSchema | undefined,
  typeOfUnknown: (index: number) => ColumnType,
): readonly Column[] {
  const names = header.map((name) => (name === "" ? UNNAMED_COLUMN : name));
  const known = new Map(schema?.columns.map((column) => [column.name, column]));
  for (const { name, nullable } of known.values()) {
    if (nullable === false && !names.includes(name)) {
      throw new LegacyIoError("schema_mismatch", `the CSV has no column ${JSON.stringify(name)}`, {
        expected: name,
        found: names,
      });
    }
  }
  return names.map((name, index) => known.get(name) ?? { name, type: typeOfUnknown(index) });
}

function tableOf(columns: readonly Column[], data: readonly CsvColumnData[], rowCount: number): CsvTable {
  const entries = columns.map(({ name }, index) => [name, data[index] ?? []] as const);
  return { schema: { columns }, columns: Object.fromEntries(entries), rowCount };
}
