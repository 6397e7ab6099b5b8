import type { Row } from "@kym/zarr-store";
import { CliError } from "../cli-error.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { openStudy } from "../open-study.ts";
import { csvText } from "../render/csv-text.ts";
import { recordList } from "../render/record-list.ts";
import { fitsWidth, printable, textTable } from "../render/text-table.ts";
import { runQuery } from "../run-query.ts";

/** `kym query DATASET SQL` */
export const queryCommand: Command = {
  usage: "query DATASET SQL",
  description: `Every table of the dataset is a view of its name. The SQL is DuckDB's, with all that it can
do: it also reads and writes other files, if it says so.`,
  examples: [
    'kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"',
    'kym query study.zarr "select roi_id, avg(vel_mean) from kym_radon group by 1"',
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
    const { columns, rows } = await runQuery(dataset, sql, context.signal);
    if (format === "csv") {
      return { exitCode: EXIT.ok, data: rows, text: csvText(columns, rows) };
    }
    const { outIsTty, width, color } = context.terminal;
    const cells = rows.map((row) => columns.map((column) => printable(cellText(row[column]))));
    const isNumeric = (column: string): boolean =>
      rows.every((row) => ["number", "bigint"].includes(typeof row[column]) || row[column] === null);
    // A number without its first digits would be another number.
    const titles = columns.map((title) =>
      isNumeric(title) ? { title, align: "right" as const } : { title, shrinks: true },
    );
    const text =
      !outIsTty || fitsWidth(titles, cells, width)
        ? textTable(titles, cells, { maxWidth: outIsTty ? width : undefined, color })
        : recordList(titles, cells);
    return { exitCode: EXIT.ok, data: rows, text };
  },
};

function cellText(value: Row[string]): string {
  return value === null || value === undefined ? "" : String(value);
}
