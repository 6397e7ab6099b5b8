// Lists and settles the pooled tables that two copies of a dataset changed, for `kym resolve`.

import { loadTableConflicts, settleTableConflict, type TableConflict } from "@kym/kym-dataset/copies";
import type { ZarrDataset } from "@kym/zarr-store";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { guessOr } from "../../arguments/nearest-word.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import type { SideOptions } from "./choices.ts";

/** One line for each table, with what settles it. */
export function tableLines(tables: readonly TableConflict[]): string {
  return tables
    .map(({ table, theirs, from }) => {
      const came = theirs === undefined ? "it was deleted there" : `what came is the table ${theirs}`;
      return `table ${printable(table)}: both copies changed it; from ${printable(from)}, ${printable(came)}\n`;
    })
    .join("");
}

/** A conflict about a table as `--json` has it. */
export function tableData({ table, theirs, from }: TableConflict): object {
  return { table, theirs: theirs ?? null, from };
}

/**
 * Settles the conflict about one pooled table.
 *
 * @throws {CliError} `usage` without one of `--mine` and `--theirs`; `not_found` for a table that is not in conflict
 */
export async function settleTable(
  dataset: ZarrDataset,
  table: string,
  { mine, theirs, fields }: SideOptions,
  { args, options, signal }: Pick<CommandContext, "args" | "options" | "signal">,
): Promise<CommandResult> {
  if (mine === theirs || fields.length > 0) {
    throw usageError("a table is settled as a whole", "give --mine or --theirs beside --table");
  }
  const open = await loadTableConflicts(dataset, { signal });
  const found = open.find((each) => each.table === table);
  if (found === undefined) {
    const names = open.map((each) => each.table);
    const path = shellWord(args[0] ?? "");
    const hint = names.length === 0 ? `kym resolve ${path} lists what is` : `open are ${names.join(", ")}`;
    throw new CliError(EXIT.input, "not_found", `the table ${table} is not in conflict`, {
      hint: guessOr(table, names, hint),
    });
  }
  const isDry = options["dry-run"] === true;
  if (!isDry) {
    await settleTableConflict(dataset, table, theirs ? "theirs" : "ours", { signal });
  }
  const side = theirs ? "theirs" : "mine";
  return {
    exitCode: EXIT.ok,
    data: { ...(isDry && { dryRun: true }), settled: [{ ...tableData(found), side }] },
    text: `${isDry ? "would take" : "took"} ${side} of table ${printable(table)}\n`,
  };
}
