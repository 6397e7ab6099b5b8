// The schema of a table: column names, types, nullability and units, and how a table is checked against it.

import type { DataType, Table } from "apache-arrow";
import { ZarrStoreError } from "../errors.ts";

/** The types of columns: those on which Parquet, Arrow, pandas and DuckDB agree. */
export type ColumnType = "int64" | "int32" | "float64" | "utf8" | "bool";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Default true. A missing number is NULL, never NaN. */
  readonly nullable?: boolean;
  /** The unit of the values, such as `mm/s`. It is documentation: the name says it too (`velocity_mm_s`). */
  readonly unit?: string;
  readonly description?: string;
}

/** The names, order, types and nullability of a table's columns. They are stated, never inferred from values. */
export interface TableSchema {
  readonly columns: readonly Column[];
}

/** A cell. A missing value is null. An `int64` is read as a bigint; a safe integer number is accepted when writing. */
export type CellValue = bigint | number | string | boolean | null;

export type Row = Readonly<Record<string, CellValue | undefined>>;

/** The most columns that a table may have. */
export const maxColumns = 1024;

/**
 * Checks that a value is a schema: at most 1024 columns with different, non-empty names.
 *
 * @throws {ZarrStoreError} `invalid_argument`, naming the path (`$.columns[2].type`).
 */
export function parseTableSchema(value: unknown): TableSchema {
  const columns = memberOf(value, "columns");
  if (!Array.isArray(columns) || columns.length > maxColumns) {
    const found = Array.isArray(columns) ? `${columns.length} columns` : typeof columns;
    throw schemaError("$.columns", `an array of at most ${maxColumns} columns`, found);
  }
  const names = new Set<string>();
  const parsed = columns.map((column: unknown, index) => parseColumn(column, `$.columns[${index}]`));
  for (const [index, { name }] of parsed.entries()) {
    if (names.has(name)) {
      throw schemaError(`$.columns[${index}].name`, "a name of its own", `${JSON.stringify(name)} again`);
    }
    names.add(name);
  }
  return { columns: parsed };
}

function parseColumn(value: unknown, path: string): Column {
  const name = memberOf(value, "name");
  if (typeof name !== "string" || name === "" || !isPlainText(name)) {
    throw schemaError(`${path}.name`, "a name", name === "" ? "an empty string" : describeText(name));
  }
  const found = memberOf(value, "type");
  const type = columnTypes.find((known) => known === found);
  if (type === undefined) {
    throw schemaError(`${path}.type`, columnTypes.join(", "), String(found));
  }
  const nullable = memberOf(value, "nullable");
  if (nullable !== undefined && typeof nullable !== "boolean") {
    throw schemaError(`${path}.nullable`, "a boolean", typeof nullable);
  }
  const unit = parseNote(value, "unit", path);
  const description = parseNote(value, "description", path);
  return {
    name,
    type,
    ...(nullable === undefined ? {} : { nullable }),
    ...(unit === undefined ? {} : { unit }),
    ...(description === undefined ? {} : { description }),
  };
}

const columnTypes: readonly ColumnType[] = ["int64", "int32", "float64", "utf8", "bool"];

function parseNote(value: unknown, key: string, path: string): string | undefined {
  const note = memberOf(value, key);
  if (note === undefined || (typeof note === "string" && isPlainText(note))) {
    return note;
  }
  throw schemaError(`${path}.${key}`, "a string", describeText(note));
}

/** False for text that Arrow would change: its JavaScript drops a leading byte order mark from names and metadata. */
function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.startsWith("\ufeff");
}

function describeText(value: unknown): string {
  return typeof value === "string" ? "a byte order mark or a lone surrogate" : typeof value;
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function schemaError(path: string, expected: string, found: string): ZarrStoreError {
  return new ZarrStoreError(
    "invalid_argument",
    `not a table schema: ${path}: expected ${expected}, found ${found}`,
    {
      path,
      expected,
      found,
    },
  );
}

/** Our types by Arrow's names. */
const typeByArrowName: ReadonlyMap<string, ColumnType> = new Map([
  ["Int64", "int64"],
  ["Int32", "int32"],
  ["Float64", "float64"],
  ["Utf8", "utf8"],
  ["Bool", "bool"],
]);

/** Returns our type for an Arrow type; undefined if we do not have it. */
export function columnTypeOf(type: DataType): ColumnType | undefined {
  return typeByArrowName.get(String(type));
}

/**
 * Returns the schema of an Arrow table whose columns have our types. Units and descriptions come from the metadata of the
 * fields.
 *
 * @throws {ZarrStoreError} `not_supported`, naming the column, for any other type; `normalizeTable` converts the common
 * ones.
 */
export function schemaOfTable(table: Table): TableSchema {
  return {
    columns: table.schema.fields.map((field) => {
      const type = columnTypeOf(field.type);
      if (type === undefined) {
        throw new ZarrStoreError("not_supported", `column ${field.name} has the type ${field.type}`, {
          path: field.name,
          expected: [...typeByArrowName.keys()],
          found: String(field.type),
        });
      }
      const unit = field.metadata.get("unit");
      const description = field.metadata.get("description");
      return {
        name: field.name,
        type,
        ...(field.nullable ? {} : { nullable: false }),
        ...(unit === undefined ? {} : { unit }),
        ...(description === undefined ? {} : { description }),
      };
    }),
  };
}

/**
 * Checks a table against a schema: names, order, types, nulls and, if both have one, units. `where` names the table in
 * messages.
 *
 * @throws {ZarrStoreError} `schema_mismatch`, naming the first column that differs; `not_supported` as
 * {@link schemaOfTable}.
 */
export function assertTableMatches(schema: TableSchema, table: Table, where: string): void {
  const found = schemaOfTable(table).columns;
  for (const [index, column] of schema.columns.entries()) {
    const other = found[index];
    if (other === undefined || other.name !== column.name) {
      throw mismatch(where, column.name, `as column ${index}`, other?.name ?? "no more columns");
    }
    if (other.type !== column.type) {
      throw mismatch(where, column.name, column.type, other.type);
    }
    if (column.unit !== undefined && other.unit !== undefined && column.unit !== other.unit) {
      throw mismatch(where, column.name, column.unit, other.unit);
    }
    const nulls = table.getChildAt(index)?.nullCount ?? 0;
    if (column.nullable === false && nulls > 0) {
      throw mismatch(where, column.name, "no nulls", `${nulls} nulls`);
    }
  }
  const extra = found[schema.columns.length];
  if (extra !== undefined) {
    throw mismatch(where, extra.name, "no such column", extra.type);
  }
}

function mismatch(where: string, column: string, expected: string, found: string): ZarrStoreError {
  return new ZarrStoreError(
    "schema_mismatch",
    `column ${column} of ${where}: expected ${expected}, found ${found}`,
    { path: column, expected, found },
  );
}
