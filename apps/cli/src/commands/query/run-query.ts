// Runs SQL in DuckDB on copies of the tables of a dataset.

import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Row, ZarrDataset } from "@kym/zarr-store";
import type { ParquetFile } from "@kym/zarr-store/table";
import { isTelling } from "../../study/blind.ts";
import { INDEXERS } from "../../study/indexers.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import type { Host } from "../../terminal/host.ts";

export interface QueryResult {
  readonly columns: readonly string[];
  /** DuckDB's type of each column, such as `BIGINT`. */
  readonly types: readonly string[];
  readonly rows: readonly Row[];
}

export interface QueryOptions {
  /** An abort interrupts the query. */
  readonly signal: AbortSignal;
  /** Used to remove the copies even if the process ends in the middle of a query. */
  readonly onExit: Host["onExit"];
  /** Columns that tell what a scan is exist, but are NULL. */
  readonly blind?: boolean;
}

/**
 * Runs SQL on verified copies of the tables that it names, so that a writer cannot change them during the query. If the
 * SQL fails, it runs once more with copies of all tables.
 *
 * @throws {CliError} `invalid_sql`, with the names of the tables as the hint
 */
export async function runQuery(
  dataset: ZarrDataset,
  sql: string,
  { signal, onExit, blind = false }: QueryOptions,
): Promise<QueryResult> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const folder = await mkdtemp(join(tmpdir(), "kym-query-"));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  const cleanNoMore = onExit(clean);
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    const tables = await dataset.listTableNames();
    const lowerSql = sql.toLowerCase();
    const named = tables.filter((name) => lowerSql.includes(name.toLowerCase()));
    await makeViews(dataset, connection, folder, named, blind);
    // DuckDB forgets an interrupt that arrives before the query.
    signal.throwIfAborted();
    try {
      return await read(connection, sql);
    } catch (error) {
      if (signal.aborted || named.length === tables.length) {
        throw error;
      }
      // SQL may use a table without naming it (show tables), or misspell one, whose name DuckDB can then suggest.
      await makeViews(
        dataset,
        connection,
        folder,
        tables.filter((name) => !named.includes(name)),
        blind,
      );
      return await read(connection, sql);
    }
  } catch (error) {
    throw await sqlError(dataset, error);
  } finally {
    signal.removeEventListener("abort", interrupt);
    connection.closeSync();
    instance.closeSync();
    clean();
    cleanNoMore();
  }
}

async function makeViews(
  dataset: ZarrDataset,
  connection: DuckDBConnection,
  folder: string,
  names: readonly string[],
  blind: boolean,
): Promise<void> {
  const filesOf = new Map<string, readonly string[]>();
  await dataset.readConsistently(async () => {
    for (const name of names) {
      filesOf.set(name, await copyTable(await dataset.loadTableFiles(name), join(folder, name)));
    }
  });
  for (const name of names) {
    const files = (filesOf.get(name) ?? []).map((file) => `'${file.replaceAll("'", "''")}'`);
    const rows = `read_parquet([${files.join(", ")}])`;
    const hidden = blind ? await hiddenColumns(connection, rows) : "";
    await connection.run(`create view "${name}" as select *${hidden} from ${rows}`);
  }
}

/** Copies a table's one file, or its parts into a folder, and returns the copies in the order of the rows. */
async function copyTable(files: readonly ParquetFile[], path: string): Promise<readonly string[]> {
  const isOne = files.length === 1;
  if (!isOne) {
    await mkdir(path, { recursive: true });
  }
  const copies: string[] = [];
  for (const [index, { bytes }] of files.entries()) {
    const copy = isOne ? `${path}.parquet` : join(path, `${index}.parquet`);
    await writeFile(copy, bytes);
    copies.push(copy);
  }
  return copies;
}

/** Replaces columns by NULLs of the same type, so that the same SQL still works. */
async function hiddenColumns(connection: DuckDBConnection, rows: string): Promise<string> {
  const { rows: columns } = await read(connection, `describe select * from ${rows}`);
  const nulls = columns
    .map(({ column_name: name, column_type: type }) => ({ name: String(name), type: String(type) }))
    .filter(({ name }) => isTelling(name))
    .map(({ name, type }) => `cast(null as ${type}) as "${name.replaceAll('"', '""')}"`);
  return nulls.length === 0 ? "" : ` replace (${nulls.join(", ")})`;
}

async function read(connection: DuckDBConnection, sql: string): Promise<QueryResult> {
  const result = await connection.runAndReadAll(sql);
  const rows = result.getRowObjects().map((row): Row => {
    const cells = Object.entries(row).map(([key, value]): [string, Row[string]] => [key, cellOf(value)]);
    return Object.fromEntries(cells);
  });
  return { columns: result.deduplicatedColumnNames(), types: result.columnTypes().map(String), rows };
}

async function sqlError(dataset: ZarrDataset, error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || "code" in error) {
    return error;
  }
  const tables = await dataset.listTableNames();
  return new CliError(EXIT.usage, "invalid_sql", error.message, { hint: tablesHint(tables), cause: error });
}

/** Which tables SQL can name, and how to get the pooled ones if they are missing. */
function tablesHint(tables: readonly string[]): string {
  if (tables.length === 0) {
    return "there are no tables yet; kym index creates them";
  }
  const names = `tables: ${tables.join(", ")}`;
  return INDEXERS.some(({ tableName }) => tables.includes(tableName))
    ? names
    : `${names}; kym index creates the pooled tables`;
}

/** Decimals become numbers, times become ISO 8601, and other types of DuckDB become text. */
function cellOf(value: unknown): Row[string] {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "string":
    case "boolean":
      return value;
    case "object":
      return value === null
        ? null
        : "toDouble" in value && typeof value.toDouble === "function"
          ? Number(value.toDouble())
          : isoTime(String(value));
    default:
      return null;
  }
}

function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/.exec(text);
  return match === null ? text : `${match[1]}T${match[2]}${match[3] === undefined ? "" : "Z"}`;
}
