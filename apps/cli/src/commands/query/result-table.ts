// Makes the table of a query's result: the types of its columns by those of DuckDB, and the units that their names tell.

import type { CellValue, ColumnType, ZarrDataset } from "@kym/zarr-store";
import type { OutputTable } from "../../output/output-table.ts";
import { IMAGES_TABLE } from "../../study/images-table.ts";
import { namesTable } from "./catalog-questions.ts";
import { columnsOfView } from "./columns-of-view.ts";
import type { QueryResult } from "./run-query.ts";

/** Our types by DuckDB's. What is not here is text. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  BOOLEAN: "bool",
  TINYINT: "int32",
  SMALLINT: "int32",
  INTEGER: "int32",
  UTINYINT: "int32",
  USMALLINT: "int32",
  UINTEGER: "int64",
  BIGINT: "int64",
  UBIGINT: "int64",
  HUGEINT: "int64",
  UHUGEINT: "int64",
  FLOAT: "float64",
  DOUBLE: "float64",
};
const LARGEST_INT64 = 2n ** 63n - 1n;

/** The result as a table with types. Integers that int64 cannot hold become text with all their digits. */
export function resultTable(
  { columns, types, rows }: QueryResult,
  units: ReadonlyMap<string, string> = new Map(),
): OutputTable {
  const typed = columns.map((name, index) => {
    const values = rows.map((row) => row[name] ?? null);
    const type = columnTypeOf(types[index] ?? "", values);
    const unit = units.get(name);
    return {
      name,
      type,
      values: type === "utf8" ? values.map(textOf) : values,
      ...(unit !== undefined && { unit }),
    };
  });
  return { columns: typed, rowCount: rows.length };
}

function columnTypeOf(duckDbType: string, values: readonly CellValue[]): ColumnType {
  const type = duckDbType.startsWith("DECIMAL") ? "float64" : (TYPES[duckDbType] ?? "utf8");
  const isTooLarge = (value: CellValue): boolean =>
    typeof value === "bigint" && (value > LARGEST_INT64 || value < -LARGEST_INT64 - 1n);
  return type === "int64" && values.some(isTooLarge) ? "utf8" : type;
}

function textOf(value: CellValue): CellValue {
  return value === null ? null : String(value);
}

/**
 * The units of result columns that have the name of a column in the tables that the SQL names. A name with several units
 * has none.
 */
export async function unitsOfColumns(
  dataset: ZarrDataset,
  sql: string,
): Promise<ReadonlyMap<string, string>> {
  const units = new Map<string, string | undefined>();
  for (const view of new Set([...(await dataset.listTableNames()), IMAGES_TABLE])) {
    if (namesTable(sql, view)) {
      for (const { name, unit } of (await columnsOfView(dataset, view)).values()) {
        const isSame = !units.has(name) || units.get(name) === unit;
        units.set(name, isSame ? unit : undefined);
      }
    }
  }
  return new Map([...units].flatMap(([name, unit]) => (unit === undefined ? [] : [[name, unit] as const])));
}
