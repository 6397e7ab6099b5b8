// The one reader of CSV: beside images, in a dataset, packed or not.
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { maxColumns, type TableSchema } from "../table-schema.ts";
import type { CsvLimits } from "./csv-cells.ts";
import { type CsvColumnData, readCsvColumns } from "./csv-column.ts";
import { findCsvCells } from "./find-csv-cells.ts";

export interface ReadCsvOptions extends CsvLimits {
  /**
   * Names and types of the columns. The file's own order is kept; columns that the schema does not know are `utf8`
   * and stand in the result's schema. Without a schema types are found from all cells of a column.
   */
  readonly schema?: TableSchema | undefined;
  /** The name of the file, for messages. */
  readonly where?: string | undefined;
}

/** A CSV as columns: what `tableFromColumns` takes. */
export interface CsvTable {
  /** The columns in the file's order. */
  readonly schema: TableSchema;
  readonly columns: Readonly<Record<string, CsvColumnData>>;
  readonly rowCount: number;
}

/**
 * Reads a comma-separated table (RFC 4180, UTF-8; LF, CRLF or CR), and finds the types of its columns.
 *
 * - A column becomes the narrowest type that keeps every cell: `int64`, `float64`, `bool` (`true` and `false` in any
 *   case) or `utf8`. A number with a plus sign or leading zeros is text, because its spelling would be lost.
 * - An empty cell is NULL, `""` is an empty text. In a column of numbers or booleans so are `NaN`, `NA`, `N/A`, `null`,
 *   `None` and their like; a column of nothing else is `float64`.
 * - A cell in quotes is text, and so is its column, where a title is bare: our `lossless` dialect writes so. Where every
 *   title is in quotes, so may be every cell, and quotes say nothing about types. (A title that could not do without
 *   quotes counts as bare.)
 * - An empty line is skipped; where there is one column it is a NULL.
 * - A title that is empty is called `Unnamed: 0` by its place, as pandas does, or `Unnamed: 0.1` beside one of that name.
 *
 * Source of the dialect: RFC 4180, and what pandas and R write.
 * @throws {ZarrStoreError} `invalid_file` with the line for what cannot be cut into cells, `schema_mismatch` for a cell
 * that is not of its column's type and for a column of the schema that is not nullable and not there.
 */
export function readCsv(bytes: Uint8Array, options: ReadCsvOptions = {}): CsvTable {
  const { where } = options;
  try {
    return readUnnamed(bytes, options);
  } catch (error) {
    if (where === undefined || !isZarrStoreError(error)) {
      throw error;
    }
    throw new ZarrStoreError(error.code, `${where}: ${error.message}`, {
      path: where,
      ...error.details,
      cause: error,
    });
  }
}

function readUnnamed(bytes: Uint8Array, { schema, ...limits }: ReadCsvOptions): CsvTable {
  const cells = findCsvCells(bytes, limits);
  const names = namesOf(cells.titles);
  const known = new Map(schema?.columns.map((column) => [column.name, column]));
  for (const { name, nullable } of known.values()) {
    if (nullable === false && !names.includes(name)) {
      throw new ZarrStoreError("schema_mismatch", `the CSV has no column ${JSON.stringify(name)}`, {
        expected: name,
        found: names,
      });
    }
  }
  const read = readCsvColumns(cells, names, (name) => known.get(name) ?? (schema && { name, type: "utf8" }));
  return {
    schema: { columns: read.map(({ column }) => column) },
    columns: Object.fromEntries(read.map(({ column, data }) => [column.name, data])),
    rowCount: cells.rowCount,
  };
}

/** Throws `invalid_file` for a name that two columns have. */
function namesOf(titles: readonly string[]): readonly string[] {
  if (titles.length > maxColumns) {
    throw titleError(`${titles.length} columns, expected at most ${maxColumns}`, titles.length);
  }
  const named = new Set<string>();
  for (const title of titles) {
    if (title !== "" && named.has(title)) {
      throw titleError(`two columns named ${JSON.stringify(title)}`, title);
    }
    named.add(title);
  }
  return titles.map((title, index) => {
    let name = title === "" ? `Unnamed: ${index}` : title;
    for (let count = 1; title === "" && named.has(name); count++) {
      name = `Unnamed: ${index}.${count}`;
    }
    named.add(name);
    return name;
  });
}

function titleError(problem: string, found: string | number): ZarrStoreError {
  return new ZarrStoreError("invalid_file", `CSV titles: ${problem}`, { line: 1, found });
}
