// Gives a command's table to its user: on stdout, or in a new file.

import type { CommandContext, CommandResult } from "../arguments/command.ts";
import { writeNewFile } from "../arguments/write-new-file.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { counted, printable } from "../terminal/text-table.ts";
import { encodeTable, tableText } from "./encode-table.ts";
import type { OutputChoice } from "./output-choice.ts";
import type { OutputTable } from "./output-table.ts";

export interface GiveTableOptions {
  /** For `--json`, if the table goes to stdout. */
  readonly data: unknown;
  /** The table as the command shows it to people. */
  readonly show: () => string;
  /** The dataset that was read. No file is written into it. */
  readonly location: string;
  /** The command that would write to another file, as the user would type it, for hints. */
  readonly commandFor: (file: string) => string;
}

/**
 * Writes the file that was chosen, or returns the text for stdout. A file appears whole or not at all.
 *
 * @throws {CliError} `already_exists` without `--force`; `inside_dataset`; `too_large` for Excel; `io`
 */
export async function giveTable(
  context: Pick<CommandContext, "resolvePath">,
  choice: OutputChoice,
  table: OutputTable,
  { data, show, location, commandFor }: GiveTableOptions,
): Promise<CommandResult> {
  if (choice.to === "stdout") {
    const { format } = choice;
    return { exitCode: EXIT.ok, data, text: format === "table" ? show() : tableText(table, format) };
  }
  const { file, format, force } = choice;
  const bytes = await encodeTable(table, format, commandFor(file.replace(/\.[^.]*$/, ".csv")));
  await writeNewFile(context.resolvePath(file), bytes, force, location);
  return {
    exitCode: EXIT.ok,
    data: { file, rows: table.rowCount },
    text: `wrote ${counted(table.rowCount, "row")} to ${printable(file)}\n`,
  };
}
