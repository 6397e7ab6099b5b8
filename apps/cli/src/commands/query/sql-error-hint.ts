// Finds what to do about SQL that failed: text in double quotes, an infinite value, a table that is not there.

import type { DuckDBConnection } from "@duckdb/node-api";
import { quotedName } from "../../sql/duckdb-session.ts";
import { IMAGES_TABLE } from "../../study/images-table.ts";
import { INDEXERS } from "../../study/indexers.ts";
import { counted } from "../../terminal/text-table.ts";
import { namesTable } from "./catalog-questions.ts";

/** A word after a comparison that DuckDB took for a column: `condition = "AngII"`, or `condition = AngII`. */
const COMPARED = /(?:[=<>]|\blike|\bilike|\bin\s*\([^()]*)\s*$/i;

/** The hint for a word that SQL took for a column and that was probably meant as text; undefined if it was not. */
export function singleQuoteHint(sql: string, message: string): string | undefined {
  const word = /Referenced column "([^"]+)" not found/.exec(message)?.[1];
  if (word === undefined) {
    return undefined;
  }
  const bare = word.replaceAll(/\W/g, "\\$&");
  const places = [...sql.matchAll(new RegExp(`"${bare}"|(?<![\\w.])${bare}(?!\\w)`, "gi"))];
  return places.some(({ index }) => COMPARED.test(sql.slice(0, index)))
    ? `text goes in single quotes: '${word.replaceAll("'", "''")}'; double quotes are for names of columns`
    : undefined;
}

/** Which columns of the views that the SQL names have an infinity, after an aggregate failed; undefined for any other error. */
export async function infinityHint(
  connection: DuckDBConnection,
  sql: string,
  message: string,
): Promise<string | undefined> {
  if (!/ is out of range!/.test(message)) {
    return undefined;
  }
  const found = await connection.runAndReadAll(
    `select view_name, column_name from duckdb_views() join duckdb_columns() on view_name = table_name
      where not duckdb_views.internal and data_type in ('DOUBLE', 'FLOAT')`,
  );
  const columns = found.getRows().map(([view, column]) => ({ view: String(view), column: String(column) }));
  const asked = columns.filter(({ view }) => namesTable(sql, view));
  const named = asked.filter(({ column }) => namesTable(sql, column));
  const hints: string[] = [];
  for (const { view, column } of named.length > 0 ? named : asked) {
    const name = quotedName(column);
    const counts = await connection.runAndReadAll(
      `select count(*) from ${quotedName(view)} where isinf(${name})`,
    );
    const count = Number(counts.getRows()[0]?.[0] ?? 0);
    if (count > 0) {
      const shown = /^[a-z_]\w*$/i.test(column) ? column : name;
      hints.push(
        `${column} of ${view} is infinite in ${counted(count, "row")}; leave out with: where isfinite(${shown})`,
      );
    }
  }
  return hints.length === 0
    ? "a value that the SQL computes is infinite; leave such rows out with: where isfinite(x)"
    : hints.join("; ");
}

/** Which tables SQL can name, and how to get the pooled ones if they are missing. */
export function tablesHint(tables: readonly string[]): string {
  const names = `tables: ${[IMAGES_TABLE, ...tables.filter((name) => name !== IMAGES_TABLE)].join(", ")}`;
  return INDEXERS.some(({ tableName }) => tables.includes(tableName))
    ? names
    : `${names}; kym index creates the pooled tables`;
}
