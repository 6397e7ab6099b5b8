// Runs SQL in DuckDB on copies of the tables of a dataset.

import type { DuckDBConnection } from "@duckdb/node-api";
import type { Row, ZarrDataset } from "@kym/zarr-store";
import type { BlindNames } from "../../blind/blind-names.ts";
import {
  type DuckDbOptions,
  type DuckDbSession,
  quotedName,
  quotedText,
  withDuckDb,
} from "../../sql/duckdb-session.ts";
import { cellOf, type QueryValue, queryValue } from "../../sql/query-value.ts";
import { IMAGES_TABLE } from "../../study/images-table.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { asksForCatalog, asksForTables, describedTable, namesTable } from "./catalog-questions.ts";
import { columnsOfView } from "./columns-of-view.ts";
import { makeViews } from "./make-views.ts";
import { infinityHint, singleQuoteHint, tablesHint } from "./sql-error-hint.ts";

export interface QueryResult {
  readonly columns: readonly string[];
  /** DuckDB's type of each column, such as `BIGINT`. */
  readonly types: readonly string[];
  /** Lists, structs and maps are their JSON as text. */
  readonly rows: readonly Row[];
  /** The same rows, with lists, structs and maps as they are. */
  readonly values: readonly Readonly<Record<string, QueryValue>>[];
  /** What the user may not know about the tables that the SQL asked. */
  readonly notes: readonly string[];
}

export interface QueryOptions extends DuckDbOptions {
  /** Columns that tell what a scan is exist, but are NULL, and these names stand in the place of ids. */
  readonly blind?: BlindNames | undefined;
}

/**
 * Runs SQL on verified copies of the tables that it names, so that a writer cannot change them during the query. SQL that
 * asks for the catalogue sees all tables. The table of images is made if the SQL names it, unless a stored table has its
 * name. If the SQL fails, it runs once more with copies of all tables.
 *
 * @throws {CliError} `invalid_sql`, with the names of the tables or what else may help as the hint
 */
export async function runQuery(
  dataset: ZarrDataset,
  sql: string,
  { signal, onExit, blind }: QueryOptions,
): Promise<QueryResult> {
  return withDuckDb({ signal, onExit }, async (session) => {
    const tables = await dataset.listTableNames();
    const hasOwnImages = tables.some((name) => name.toLowerCase() === IMAGES_TABLE);
    const isCatalog = asksForCatalog(sql);
    const named = isCatalog
      ? tables
      : tables.filter((name) => sql.toLowerCase().includes(name.toLowerCase()));
    const asksImages = namesTable(sql, IMAGES_TABLE);
    const withImages = asksImages && !hasOwnImages;
    try {
      const unread = [...(await makeViews(dataset, session, named, { withImages, blind, signal }))];
      if (isCatalog) {
        await commentColumns(dataset, session, withImages ? [...tables, IMAGES_TABLE] : tables);
      }
      // DuckDB forgets an interrupt that arrives before the query.
      signal.throwIfAborted();
      const read = await readAgain(
        session.connection,
        sql,
        async () => {
          // SQL may misspell a table, whose name DuckDB can suggest once it is there.
          const others = tables.filter((name) => !named.includes(name));
          const images = !withImages && !hasOwnImages;
          unread.push(...(await makeViews(dataset, session, others, { withImages: images, blind, signal })));
        },
        signal,
      );
      const result = await withUnits(dataset, sql, read, withImages ? [...tables, IMAGES_TABLE] : tables);
      return { ...result, notes: [...notesOf({ sql, hasOwnImages, asksImages }), ...unread] };
    } catch (error) {
      throw await sqlError(session.connection, sql, tables, error);
    }
  });
}

interface ReadRows {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly Row[];
  readonly values: QueryResult["values"];
}

/** Reads what the SQL gives; if it fails, once more after `makeOthers`. */
async function readAgain(
  connection: DuckDBConnection,
  sql: string,
  makeOthers: () => Promise<void>,
  signal: AbortSignal,
): Promise<ReadRows> {
  try {
    return await read(connection, sql);
  } catch (error) {
    if (signal.aborted || !/does not exist/i.test(String(error))) {
      throw error;
    }
    await makeOthers();
    return await read(connection, sql);
  }
}

async function read(connection: DuckDBConnection, sql: string): Promise<ReadRows> {
  const duckdb = await import("@duckdb/node-api");
  const result = await connection.runAndReadAll(sql);
  const values = result
    .getRowObjects()
    .map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, queryValue(duckdb, value)])),
    );
  const rows = values.map(
    (row): Row => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)])),
  );
  return {
    columns: result.deduplicatedColumnNames(),
    types: result.columnTypes().map(String),
    rows,
    values,
  };
}

/** Writes the units into the catalogue, where `information_schema.columns` and `duckdb_columns()` show them. */
async function commentColumns(
  dataset: ZarrDataset,
  { connection }: DuckDbSession,
  views: readonly string[],
): Promise<void> {
  const known = await connection.runAndReadAll(
    "select table_name, column_name from duckdb_columns() where not internal",
  );
  const has = new Set(known.getRows().map(([table, column]) => JSON.stringify([table, column])));
  for (const view of views) {
    for (const { name, unit } of (await columnsOfView(dataset, view)).values()) {
      if (unit !== undefined && has.has(JSON.stringify([view, name]))) {
        await connection.run(
          `comment on column ${quotedName(view)}.${quotedName(name)} is ${quotedText(unit)}`,
        );
      }
    }
  }
}

/** Adds units and descriptions to what `describe` says of a view, and leaves out what no view has: keys and defaults. */
async function withUnits(
  dataset: ZarrDataset,
  sql: string,
  result: ReadRows,
  views: readonly string[],
): Promise<ReadRows> {
  const described = describedTable(sql)?.toLowerCase();
  const view = views.find((name) => name.toLowerCase() === described);
  if (view === undefined || !result.columns.includes("column_name")) {
    return result;
  }
  const known = await columnsOfView(dataset, view);
  const rows = result.rows.map((row): Readonly<Record<string, string | null>> => {
    const column = known.get(String(row["column_name"]));
    return {
      column_name: String(row["column_name"]),
      column_type: String(row["column_type"]),
      null: column?.nullable === false ? "NO" : "YES",
      unit: column?.unit ?? null,
      description: column?.description ?? null,
    };
  });
  const columns = ["column_name", "column_type", "null", "unit", "description"];
  return { columns, types: columns.map(() => "VARCHAR"), rows, values: rows };
}

function notesOf({
  sql,
  hasOwnImages,
  asksImages,
}: {
  readonly sql: string;
  readonly hasOwnImages: boolean;
  readonly asksImages: boolean;
}): readonly string[] {
  if (hasOwnImages) {
    const note = `${IMAGES_TABLE} is a table that is stored in this dataset, not the one that kym makes of its images`;
    return asksImages ? [note] : [];
  }
  const isListed = asksImages || !asksForTables(sql);
  return isListed
    ? []
    : [`there is also ${IMAGES_TABLE}, one row per image, which is made when SQL names it`];
}

async function sqlError(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly string[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof Error) || "code" in error) {
    return error;
  }
  const { message } = error;
  const hint =
    singleQuoteHint(sql, message) ?? (await infinityHint(connection, sql, message)) ?? tablesHint(tables);
  return new CliError(EXIT.usage, "invalid_sql", message, { hint, cause: error });
}
