import type { Command, CommandEntry } from "./command.ts";

/** The narrowest terminal that help is written for. */
const WIDTH = 80;

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
  --version       say which kym this is

KYM_JSON=1, KYM_BLIND=1, KYM_JOBS=2 and so on set such an option for a session.

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
  const indent = " ".repeat(width + 4);
  const lines = names.map(
    ({ flag, help }) =>
      `  ${flag.padEnd(width)}  ${wrapped(help, WIDTH - indent.length).join(`\n${indent}`)}`,
  );
  return `${command.examples.map((example) => `  ${example}`).join("\n")}

Usage: kym ${command.usage}

${wrapped(command.description, WIDTH).join("\n")}
${lines.length === 0 ? "" : `\nOptions\n${lines.join("\n")}\n`}`;
}

/** Lines of whole words, whatever the line breaks of the source. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
