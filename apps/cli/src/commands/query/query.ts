// `kym query`: runs SQL on the tables of a dataset.

import type { Row } from "@kym/zarr-store";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { readInput } from "../../arguments/read-input.ts";
import { loadBlindNames } from "../../blind/blind-names.ts";
import { giveTable } from "../../output/give-table.ts";
import { OUTPUT_OPTIONS, outputChoice } from "../../output/output-choice.ts";
import { recordList } from "../../screen/record-list.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { shortNumber } from "../../screen/short-number.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf, seedOf } from "../../study/blind.ts";
import { openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { fitsWidth, printable, textTable } from "../../terminal/text-table.ts";
import { RECIPES, recipesText } from "./recipes.ts";
import { resultTable, unitsOfColumns } from "./result-table.ts";
import { runQuery } from "./run-query.ts";

export const queryCommand: Command = defineCommand({
  usage: "query DATASET SQL",
  description: `Runs SQL on the tables of the dataset; each is a view with the name of the table. images
has one row per image, and is made when the SQL names it. kym_velocity_events also has the
condition, treatment, date and accepted of each event's image. show tables lists the tables,
and describe kym_radon the columns with their units. With - as SQL, the SQL comes from stdin.

The SQL is DuckDB's, so it can also read and write other files. Times with a zone are in UTC.

On a terminal, rows that are too wide are shown one below the other. A file is CSV, TSV, Parquet,
Excel or JSON by its ending. Parquet keeps types and units. In CSV and TSV, truth values are TRUE
and FALSE, and a text that a spreadsheet would run as a formula has a ' before it.`,
  examples: [
    'kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"',
    'kym query study.zarr "select roi_id, avg(vel_mean) from kym_radon group by 1"',
    'kym query study.zarr "select condition, count(*) from images group by 1"',
    'kym query study.zarr "from kym_velocity_events" -o events.csv',
    'kym query study.zarr "from kym_radon" -o radon.xlsx',
    "kym query --examples",
  ],
  options: {
    ...BLIND_OPTION,
    examples: { help: "print SQL for what labs ask, and run nothing", standsAlone: true },
    ...OUTPUT_OPTIONS,
  },
  run: async (context) => {
    const [path = "study.zarr", given = ""] = context.args;
    if (context.options.examples === true) {
      return { exitCode: EXIT.ok, data: RECIPES, text: recipesText("kym", path) };
    }
    const choice = outputChoice(context.options);
    const sql = given === "-" ? new TextDecoder().decode(await readInput(given, context)) : given;
    await using dataset = await openStudy(context, path, "r");
    const naming = namingOf(context);
    const blind = naming.blind ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
    const result = await runQuery(dataset, sql, { ...context, blind });
    const keepsUnits = choice.to === "file" && choice.format === "parquet";
    const units = keepsUnits ? await unitsOfColumns(dataset, sql) : undefined;
    const table = await giveTable(context, choice, resultTable(result, units), {
      data: result.values,
      show: () => tableText(result.columns, result.rows, context.terminal),
      location: dataset.location,
      commandFor: (file) => `kym query ${[path, given, "-o", file].map(commandWord).join(" ")}`,
    });
    return { ...table, warnings: result.notes };
  },
});

/** `-` and options are words as they are; a shell takes everything else as one word in quotes, if it must. */
function commandWord(word: string): string {
  return word === "-" || word === "-o" ? word : shellWord(word);
}

function tableText(
  columns: readonly string[],
  rows: readonly Row[],
  { outIsTty, width, color }: Pick<Terminal, "outIsTty" | "width" | "color">,
): string {
  const cells = rows.map((row) => columns.map((column) => printable(cellText(row[column], outIsTty))));
  const isNumeric = (column: string): boolean =>
    rows.every((row) => ["number", "bigint"].includes(typeof row[column]) || row[column] === null);
  // Only text may be cut: a number without some of its digits would be another number.
  const titles = columns.map((name) => {
    const title = printable(name);
    return isNumeric(name)
      ? { title, align: "right" as const }
      : { title, shrinks: /(^|_)(path|file_name)$/.test(name) ? ("path" as const) : true };
  });
  return !outIsTty || fitsWidth(titles, cells, width)
    ? textTable(titles, cells, { maxWidth: outIsTty ? width : undefined, color })
    : wrapText(recordList(titles, cells), { outIsTty, width });
}

/** A terminal shows few digits; a pipe and a file get all of them. */
function cellText(value: Row[string], isShort: boolean): string {
  return value === null || value === undefined
    ? ""
    : isShort && typeof value === "number"
      ? shortNumber(value)
      : String(value);
}
