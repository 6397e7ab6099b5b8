// The texts of `kym --help` and `kym help options`, made from the list of commands without loading any of them.

import type { CommandOption } from "./command.ts";
import type { CommandEntry } from "./command-entry.ts";
import { COMMON_OPTIONS } from "./common-options.ts";

/** The titles of the groups and the names of their commands. */
export type CommandGroups = Readonly<Record<string, readonly string[]>>;

/**
 * All commands on one screen: a line each, below the title of their group. Commands without a group come last.
 *
 * @param form how the user starts kym, if that is not `kym`
 */
export function generalHelp(commands: readonly CommandEntry[], groups: CommandGroups, form: string): string {
  const grouped = Object.values(groups).flat();
  const others = commands.flatMap(({ name }) => (grouped.includes(name) ? [] : [name]));
  const listed = Object.entries({ ...groups, more: others });
  const titleWidth = Math.max(...listed.map(([title]) => title.length));
  const nameWidth = Math.max(...commands.map(({ name }) => name.length));
  const lines = listed.flatMap(([title, names]) =>
    commandsOf(commands, names).map(({ name, summary }, index) => {
      const head = (index === 0 ? title : "").padEnd(titleWidth);
      return `  ${head}  ${name.padEnd(nameWidth)}  ${summary}`;
    }),
  );
  return `kym puts folders of kymographs into a crash-safe dataset of plain files

  kym ingest ./kymographs study.zarr
  kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"

Commands
${lines.join("\n")}

kym COMMAND --help shows examples and options of a command, kym help options
what every command takes (${ALWAYS.join(", ")})
and the exit codes.
${form === "kym" ? "" : `Here, kym is started with: ${form}\n`}`;
}

const ALWAYS = ["--json", "-q", "-v", "--progress", "--no-color"];

/** The options of every command, the variables that set options, and the exit codes. */
export function optionsHelp(): string {
  const options = Object.entries<CommandOption>(COMMON_OPTIONS).map(([name, option]): Line => {
    const { short, value, help } = option;
    const flag = `${short === undefined ? "" : `-${short}, `}--${name}`;
    return [value === undefined ? flag : `${flag} ${value}`, help];
  });
  const always: readonly Line[] = [
    ["-h, --help", "kym COMMAND --help shows the help of a command"],
    ["--version", "print the version of kym"],
  ];
  return `  kym ls study.zarr --json
  KYM_JSON=1 kym ls study.zarr

Options of every command
${aligned([...options, ...always])}

An environment variable sets an option for a whole session: KYM_JSON=1,
KYM_BLIND=1, KYM_JOBS=2 and so on.

Exit codes
  0  ok                       4    problems found
  1  unexpected error         5    refused: exists, or needs --yes
  2  wrong command line       6    input missing or unreadable
  3  failed items, conflicts  130  interrupted; 143 terminated
`;
}

/** The commands with these names, in the order of the names. */
function commandsOf(commands: readonly CommandEntry[], names: readonly string[]): readonly CommandEntry[] {
  return names.flatMap((name) => commands.filter((command) => command.name === name));
}

type Line = readonly [term: string, text: string];

function aligned(lines: readonly Line[]): string {
  const width = Math.max(...lines.map(([term]) => term.length));
  return lines.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`).join("\n");
}
