// The CSV reader, for every CSV: beside an image or in a dataset, gzipped or not.

import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import { columnsOfTitles } from "../rows/title-key.ts";
import { maxColumns, type TableSchema } from "../table-schema.ts";
import type { CsvCells, CsvLimits } from "./csv-cells.ts";
import { type CsvColumnData, readCsvColumns } from "./csv-column.ts";
import { findCsvCells } from "./find-csv-cells.ts";

export interface ReadCsvOptions extends CsvLimits {
  /**
   * The names and types of the columns. The order of the file is kept. A column that is not in the schema is read as `utf8`. A
   * title that is spelled otherwise, with capitals or blanks, means the one column that it can mean.
   * Without a schema, the type of a column is inferred from all its cells.
   */
  readonly schema?: TableSchema | undefined;
  /** The name of the file, for messages. */
  readonly where?: string | undefined;
}

/** A CSV as typed columns, for `tableFromColumns`. */
export interface CsvTable {
  /** The columns in the file's order. */
  readonly schema: TableSchema;
  readonly columns: Readonly<Record<string, CsvColumnData>>;
  readonly rowCount: number;
  /**
   * The encoding of a text that is neither UTF-8 nor UTF-16, and does not say what it is. It may be another one of its kind. Absent
   * otherwise.
   */
  readonly assumedEncoding?: "windows-1252" | undefined;
}

/**
 * Reads a table with commas, semicolons or tabs between cells, as spreadsheets, R and pandas write it, and infers the types of
 * its columns.
 *
 * - **Dialect.** The line of titles says what separates cells. With semicolons and tabs, a comma can mark decimals. The text is
 *   UTF-8, UTF-16 or, if it can be nothing else, Windows-1252. Blanks around a bare title and empty columns at the end are dropped.
 * - **Types.** A column gets the narrowest type that keeps every cell: `int64`, `float64`, `bool` (`true` and `false` in
 *   any case) or `utf8`. A number with a plus sign or leading zeros is text, because its spelling would be lost.
 * - **Missing values.** An empty cell is NULL, and so is a bare `NA`, `NaN`, `N/A`, `#N/A`, `null`, `None` or the like. In a
 *   column of numbers or booleans, so are these words in quotes, and `""`; elsewhere they are text. A column that holds only
 *   such words is `float64`.
 * - **Quotes.** If a title is bare, a non-empty quoted cell makes its column text: the `lossless` dialect writes so. If
 *   every title is quoted, quotes say nothing about types. A title that needs quotes counts as bare.
 * - **Empty lines** are skipped; in a table of one column they are NULL.
 * - **Empty titles** become `Unnamed: 0`, by their place, as in pandas; or `Unnamed: 0.1` if that name is taken.
 *
 * Source of the dialect: RFC 4180, and what pandas and R write. All rules are in docs/csv.md.
 *
 * @example
 * const { schema, columns } = readCsv(new TextEncoder().encode("id,speed_mm_s\n1,0.5\n2,NA\n"));
 * columns["speed_mm_s"]; // Float64Array [0.5, NaN]
 *
 * @throws {ZarrStoreError} `invalid_file`, with the line, if the text cannot be cut into cells; `schema_mismatch` for a
 * cell that does not have its column's type, or a missing column that the schema does not let be null.
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
  const cells = withoutEmptyEnd(findCsvCells(bytes, limits));
  const known = new Map(schema?.columns.map((column) => [column.name, column]));
  const titles = namesOf(cells.titles);
  const meant = columnsOfTitles(titles, [...known.keys()]);
  const names = titles.map((title) => meant.get(title) ?? title);
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
    ...(cells.assumedEncoding !== undefined && { assumedEncoding: cells.assumedEncoding }),
  };
}

/** Leaves out the last columns that have neither a title nor a value: Excel writes separators after the last column. */
function withoutEmptyEnd(cells: CsvCells): CsvCells {
  let length = cells.titles.length;
  while (length > 1 && cells.titles[length - 1] === "" && isEmpty(cells, length - 1)) {
    length--;
  }
  return length === cells.titles.length ? cells : { ...cells, titles: cells.titles.slice(0, length) };
}

function isEmpty(cells: CsvCells, index: number): boolean {
  return cells.texts(index).every((text) => text === null) && !cells.hasMissingWord(index);
}

/** Names the columns by their titles. @throws {ZarrStoreError} `invalid_file` if two columns have the same title. */
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
