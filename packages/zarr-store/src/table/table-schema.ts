/** The column types that tables may have; they are what Parquet, Arrow, pandas and DuckDB agree on. */
export type ColumnType = "int64" | "int32" | "float64" | "utf8" | "bool";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Default true. A missing number is NULL, never NaN. */
  readonly nullable?: boolean;
  /** The unit of the values, as in `mm/s`, for documentation; names carry it too (`velocity_mm_s`). */
  readonly unit?: string;
  readonly description?: string;
}

/** Names, order, types and nullability of a table's columns: explicit, never inferred from values. */
export interface TableSchema {
  readonly columns: readonly Column[];
}

/** One value: `int64` is a bigint (a safe integer number is accepted on the way in), a missing one is null. */
export type CellValue = bigint | number | string | boolean | null;

export type Row = Readonly<Record<string, CellValue | undefined>>;
