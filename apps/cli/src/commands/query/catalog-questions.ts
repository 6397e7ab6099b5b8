// Recognises SQL that asks which tables and columns there are, without naming all that it means.

/** Words of SQL that asks for the catalogue. */
const CATALOG =
  /\b(show|describe|desc|summarize|pragma\w*|information_schema|duckdb_\w+|pg_\w+|sqlite_\w+)\b/i;

/** Whether the SQL may ask for tables that it does not name. A wrong yes only costs time. */
export function asksForCatalog(sql: string): boolean {
  return CATALOG.test(sql);
}

/** Whether it asks for the list of all tables, in which a view that is made when it is named does not stand. */
export function asksForTables(sql: string): boolean {
  return (
    /\b(tables|duckdb_views|duckdb_tables|sqlite_master)\b/i.test(sql) ||
    /^\s*(show|describe)\s*;?\s*$/i.test(sql)
  );
}

/** The table that the SQL describes, as in `describe kym_radon` and `show "my table"`; undefined for any other SQL. */
export function describedTable(sql: string): string | undefined {
  const match = /^\s*(?:describe|desc|show)\s+(?:table\s+|view\s+)?(?:"([^"]+)"|(\w+))\s*;?\s*$/i.exec(sql);
  return match?.[1] ?? match?.[2];
}

/** Whether the SQL names the table as a word of its own. */
export function namesTable(sql: string, table: string): boolean {
  return new RegExp(`(?<!\\w)${table.replaceAll(/\W/g, "\\$&")}(?!\\w)`, "i").test(sql);
}
