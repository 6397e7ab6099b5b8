// The text of `kym --help`, made from the list of commands without loading any of them.

import type { CommandOption } from "./command.ts";
import type { CommandEntry } from "./command-entry.ts";
import { COMMON_OPTIONS } from "./common-options.ts";

export function generalHelp(commands: readonly CommandEntry[]): string {
  const options = Object.entries<CommandOption>(COMMON_OPTIONS).map(([name, option]): Line => {
    const { short, value, help } = option;
    const flag = `${short === undefined ? "" : `-${short}, `}--${name}`;
    return [value === undefined ? flag : `${flag} ${value}`, help];
  });
  const always: readonly Line[] = [
    ["-h, --help", "kym COMMAND --help shows the help of a command"],
    ["--version", "print the version of kym"],
  ];
  return `kym puts folders of kymographs into a crash-safe dataset of plain files

  kym ingest ./kymographs study.zarr
  kym index study.zarr
  kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"

Commands
${aligned(commands.map(({ name, summary }): Line => [name, summary]))}

Options of every command
${aligned([...options, ...always])}

An environment variable sets an option for a whole session: KYM_JSON=1,
KYM_BLIND=1, KYM_JOBS=2 and so on.

Exit codes
  0  ok                       4    problems found
  1  unexpected error         5    refused: something already exists
  2  wrong command line       6    input missing or unreadable
  3  some items failed        130  interrupted; 143 terminated
`;
}

type Line = readonly [term: string, text: string];

function aligned(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([term]) => term.length));
  return lines.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`).join("\n");
}
