// Turns the values of DuckDB into those of JSON and CSV: numbers exact, times in ISO 8601, lists and structs as they are.

import type { DuckDBValue } from "@duckdb/node-api";
import type { CellValue } from "@kym/zarr-store";
import { serializeLossless } from "@kym/zarr-store/json";

/** A value of a query: a cell, a list of them, or a struct or map of them. */
export type QueryValue = CellValue | readonly QueryValue[] | { readonly [name: string]: QueryValue };

/** DuckDB's classes, which are loaded only with it. */
type DuckDb = typeof import("@duckdb/node-api");

/**
 * Decimals become numbers. A time with a zone ends in `Z`, and one without a zone has none. A map has its keys as text.
 * Values of all other kinds, such as intervals, become DuckDB's text of them.
 */
export function queryValue(duckdb: DuckDb, value: DuckDBValue): QueryValue {
  const inner = (item: DuckDBValue): QueryValue => queryValue(duckdb, item);
  switch (typeof value) {
    case "number":
    case "bigint":
    case "string":
    case "boolean":
      return value;
    case "undefined":
      return null;
    default:
      break;
  }
  if (value === null) {
    return null;
  }
  if (value instanceof duckdb.DuckDBListValue || value instanceof duckdb.DuckDBArrayValue) {
    return value.items.map(inner);
  }
  if (value instanceof duckdb.DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, inner(item)]));
  }
  if (value instanceof duckdb.DuckDBMapValue) {
    const keyText = (key: QueryValue): string => (typeof key === "string" ? key : valueText(key));
    return Object.fromEntries(
      value.entries.map(({ key, value: item }) => [keyText(inner(key)), inner(item)]),
    );
  }
  if (value instanceof duckdb.DuckDBUnionValue) {
    return inner(value.value);
  }
  if (value instanceof duckdb.DuckDBDecimalValue) {
    return value.toDouble();
  }
  if (value instanceof duckdb.DuckDBTimestampTZValue) {
    // Its own text would be in the time zone of the machine.
    return isoTime(`${String(new duckdb.DuckDBTimestampValue(value.micros))}+00`);
  }
  return isoTime(String(value));
}

/** A value as one cell of a table or CSV: a list or struct is its JSON. */
export function cellOf(value: QueryValue): CellValue {
  return typeof value === "object" && value !== null ? valueText(value) : value;
}

function valueText(value: QueryValue): string {
  return serializeLossless(finite(value), { indent: 0 }).trimEnd();
}

/** JSON has no NaN and no infinities. */
function finite(value: QueryValue): unknown {
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : null;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return isList(value)
    ? value.map(finite)
    : Object.fromEntries(Object.entries(value).map(([name, item]) => [name, finite(item)]));
}

function isList(value: object): value is readonly QueryValue[] {
  return Array.isArray(value);
}

function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/.exec(text);
  return match === null ? text : `${match[1]}T${match[2]}${match[3] === undefined ? "" : "Z"}`;
}
