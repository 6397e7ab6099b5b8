import type { Command, CommandEntry } from "./command.ts";

export function generalHelp(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `kym puts folders of kymographs into a crash-safe dataset of plain files

  kym ingest ./kymographs study.zarr
  kym index study.zarr
  kym query study.zarr "select rel_path, roi_id, vel_mean from kym_radon"

Commands
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

Options of every command
  --json          one object: {ok, kind, schemaVersion, data, warnings}
  -q, --quiet     no progress, no hints
  -v, --verbose   say more on stderr
  --progress X    auto, json or none
  --no-color      no colours; NO_COLOR and TERM=dumb do the same
  --debug         show where an error came from
  -h, --help      kym COMMAND --help shows a command
  --version

Ends with 0 ok, 1 unexpected, 2 usage, 3 partial, 4 problems found, 5 refused,
6 input not found or unreadable, 130 interrupted, 143 terminated.
`;
}

export function commandHelp(command: Command): string {
  const { options, optionHelp } = command;
  const names = Object.keys(options).map((name) => {
    const short = options[name]?.short;
    const flag = `${short === undefined ? "" : `-${short}, `}--${name}`;
    return { flag: options[name]?.type === "string" ? `${flag} X` : flag, help: optionHelp[name] ?? "" };
  });
  const width = Math.max(0, ...names.map(({ flag }) => flag.length));
  const lines = names.map(({ flag, help }) => `  ${flag.padEnd(width)}  ${help}`);
  return `${command.examples.map((example) => `  ${example}`).join("\n")}

Usage: kym ${command.usage}

${command.description}
${lines.length === 0 ? "" : `\nOptions\n${lines.join("\n")}\n`}`;
}
