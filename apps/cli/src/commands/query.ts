import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row, ZarrDataset } from "@kym/zarr-store";
import { CliError } from "../cli-error.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { openStudy } from "../open-study.ts";
import { csvText } from "../render/csv-text.ts";
import { printable, textTable } from "../render/text-table.ts";

/** `kym query DATASET SQL` */
export const queryCommand: Command = {
  usage: "query DATASET SQL",
  description: "Every table of the dataset is a view of its name. The SQL is DuckDB's.",
  examples: [
    'kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"',
    'kym query study.zarr "select condition, median(vel_mean) from kym_radon group by 1"',
    'kym query study.zarr "from kym_velocity_events" --format csv > events.csv',
  ],
  options: { format: { type: "string" } },
  optionHelp: { format: "table (default) or csv" },
  run: async (context) => {
    const [path = "", sql = ""] = context.args;
    const { format = "table" } = context.options;
    if (format !== "table" && format !== "csv") {
      throw new CliError(EXIT.usage, "usage", `--format is table or csv, not ${String(format)}`);
    }
    await using dataset = await openStudy(context, path, "r");
    const { columns, rows } = await runQuery(dataset, sql);
    if (format === "csv") {
      return { exitCode: EXIT.ok, data: rows, text: csvText(columns, rows) };
    }
    const { outIsTty, width, color } = context.terminal;
    const cells = rows.map((row) => columns.map((column) => printable(cellText(row[column]))));
    const isNumeric = (column: string): boolean =>
      rows.every((row) => ["number", "bigint"].includes(typeof row[column]) || row[column] === null);
    const titles = columns.map((title) => ({
      title,
      shrinks: true,
      ...(isNumeric(title) && { align: "right" as const }),
    }));
    const table = textTable(titles, cells, { maxWidth: outIsTty ? width : undefined, color });
    return { exitCode: EXIT.ok, data: rows, text: table };
  },
};

interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Runs the query on verified copies of the tables that it names, so that a writer beside it changes nothing. */
async function runQuery(dataset: ZarrDataset, sql: string): Promise<QueryResult> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const folder = await mkdtemp(join(tmpdir(), "kym-query-"));
  try {
    const instance = await DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    const connection = await instance.connect();
    const lowerSql = sql.toLowerCase();
    const all = await dataset.listTableNames();
    const named = all.filter((name) => lowerSql.includes(name.toLowerCase()));
    const wanted = /information_schema|duckdb_|show\s|describe|pragma/.test(lowerSql) ? all : named;
    await dataset.readConsistently(async () => {
      for (const name of wanted) {
        await writeFile(join(folder, `${name}.parquet`), await dataset.loadTableBytes(name));
      }
    });
    for (const name of wanted) {
      const file = join(folder, `${name}.parquet`).replaceAll("'", "''");
      await connection.run(`create view "${name}" as select * from read_parquet('${file}')`);
    }
    const result = await connection.runAndReadAll(sql);
    const columns = result.deduplicatedColumnNames();
    const rows = result.getRowObjects().map((row): Row => {
      const cells = Object.entries(row).map(([key, value]): [string, Row[string]] => [key, cellOf(value)]);
      return Object.fromEntries(cells);
    });
    connection.closeSync();
    instance.closeSync();
    return { columns, rows };
  } catch (error) {
    if (error instanceof Error && !("code" in error)) {
      const tables = await dataset.listTableNames();
      throw new CliError(EXIT.usage, "invalid_sql", error.message, {
        hint:
          tables.length === 0
            ? "there are no tables yet: kym index makes them"
            : `tables: ${tables.join(", ")}`,
        cause: error,
      });
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

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
          : String(value);
    default:
      return null;
  }
}

function cellText(value: Row[string]): string {
  return value === null || value === undefined ? "" : String(value);
}
