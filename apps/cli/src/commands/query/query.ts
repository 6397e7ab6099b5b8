// `kym query`: runs SQL on the tables of a dataset.

import type { Row } from "@kym/zarr-store";
import { csvText } from "@kym/zarr-store/table";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { readInput } from "../../arguments/read-input.ts";
import { writeNewFile } from "../../arguments/write-new-file.ts";
import { BLIND_OPTION, isBlind } from "../../study/blind.ts";
import { openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { recordList } from "../../terminal/record-list.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { counted, fitsWidth, printable, textTable } from "../../terminal/text-table.ts";
import { runQuery } from "./run-query.ts";

const FORMATS = ["table", "csv"] as const;

export const queryCommand: Command = defineCommand({
  usage: "query DATASET SQL",
  description: `Runs SQL on the tables of the dataset; each is a view with the name of the table. The SQL is
DuckDB's, so it can also read and write other files. With - as SQL, the SQL comes from
stdin.

On a terminal, rows that are too wide are shown one below the other.`,
  examples: [
    'kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"',
    'kym query study.zarr "select roi_id, avg(vel_mean) from kym_radon group by 1"',
    'kym query study.zarr "from kym_velocity_events" -o events.csv',
  ],
  options: {
    ...BLIND_OPTION,
    format: { value: "X", choices: FORMATS, help: "table (default) or csv" },
    output: { short: "o", value: "FILE", help: "write to a file instead; as CSV if its name ends with .csv" },
    force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
  },
  run: async (context) => {
    const [path = "", given = ""] = context.args;
    const output = outputOf(context);
    const byName = output?.toLowerCase().endsWith(".csv") === true ? "csv" : "table";
    const { format = byName } = context.options;
    const sql = given === "-" ? new TextDecoder().decode(await readInput(given, context)) : given;
    await using dataset = await openStudy(context, path, "r");
    const { columns, rows } = await runQuery(dataset, sql, {
      ...context,
      blind: isBlind(context),
    });
    const { terminal } = context;
    const look = output === undefined ? terminal : { outIsTty: false, width: 80, color: false };
    const text = format === "csv" ? spreadsheetText(columns, rows) : tableText(columns, rows, look);
    if (output === undefined) {
      return { exitCode: EXIT.ok, data: rows, text };
    }
    await writeNewFile(context.resolvePath(output), text, context.options["force"] === true);
    const data = { file: output, rows: rows.length };
    return {
      exitCode: EXIT.ok,
      data,
      text: `wrote ${counted(rows.length, "row")} to ${printable(output)}\n`,
    };
  },
});

/** The file to write; undefined for stdout, which is also `-o -`. */
function outputOf({ options }: Pick<CommandContext, "options">): string | undefined {
  const { output } = options;
  return typeof output === "string" && output !== "-" ? output : undefined;
}

/** Leaves numbers unformatted, and makes text safe that a spreadsheet would run as a formula. */
function spreadsheetText(columns: readonly string[], rows: readonly Row[]): string {
  const cells = columns.map((name) => ({ name, values: rows.map((row) => row[name] ?? null) }));
  return csvText(cells, rows.length, "spreadsheet");
}

function tableText(
  columns: readonly string[],
  rows: readonly Row[],
  { outIsTty, width, color }: Pick<Terminal, "outIsTty" | "width" | "color">,
): string {
  const cells = rows.map((row) => columns.map((column) => printable(cellText(row[column]))));
  const isNumeric = (column: string): boolean =>
    rows.every((row) => ["number", "bigint"].includes(typeof row[column]) || row[column] === null);
  // Only text may lose its beginning: a number without its first digits would be another number.
  const titles = columns.map((title) =>
    isNumeric(title) ? { title, align: "right" as const } : { title, shrinks: true },
  );
  return !outIsTty || fitsWidth(titles, cells, width)
    ? textTable(titles, cells, { maxWidth: outIsTty ? width : undefined, color })
    : recordList(titles, cells);
}

function cellText(value: Row[string]): string {
  return value === null || value === undefined ? "" : String(value);
}
