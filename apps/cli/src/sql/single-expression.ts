// Says whether a text is one expression of SQL over a table, and not more: no second statement, clause or column.

import type { DuckDBConnection } from "@duckdb/node-api";
import { quotedText } from "./duckdb-session.ts";

/** Parses the text and runs nothing of it. Throws what DuckDB says of its syntax. */
export async function isSingleExpression(
  connection: DuckDBConnection,
  expression: string,
  table: string,
): Promise<boolean> {
  const sql = `select (${expression}\n) as wanted from ${table}`;
  const result = await connection.runAndReadAll(`select json_serialize_sql(${quotedText(sql)})`);
  const parsed: unknown = JSON.parse(String(result.getRows()[0]?.[0]));
  const statements = at(parsed, "statements");
  const node = at(statements, 0, "node");
  const columns = at(node, "select_list");
  return (
    lengthOf(statements) === 1 &&
    at(node, "type") === "SELECT_NODE" &&
    lengthOf(columns) === 1 &&
    at(columns, 0, "alias") === "wanted" &&
    at(columns, 0, "class") !== "STAR" &&
    at(node, "from_table", "type") === "BASE_TABLE" &&
    at(node, "from_table", "table_name") === table &&
    ["where_clause", "having", "qualify", "sample"].every((clause) => at(node, clause) === null) &&
    [at(node, "modifiers"), at(node, "group_expressions"), at(node, "cte_map", "map")].every(
      (list) => lengthOf(list) === 0,
    )
  );
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : -1;
}
