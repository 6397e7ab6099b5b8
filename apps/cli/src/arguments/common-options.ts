// The options that every command has. `kym --help` lists them once, so a command's own help does not.
import type { CommandOption } from "./command.ts";

export const COMMON_OPTIONS = {
  json: { help: "one object: {ok, kind, schemaVersion, data, warnings}" },
  quiet: { short: "q", help: "no progress, no hints" },
  verbose: { short: "v", help: "say more on stderr" },
  progress: { value: "X", choices: ["auto", "json", "none"], help: "auto, json or none" },
  "no-color": { help: "no colours; NO_COLOR and TERM=dumb do the same" },
  debug: { help: "show where an error came from" },
} as const;

/** Switches that may stand before the command: `kym --json ls` is `kym ls --json`. */
const LEADING_FLAGS: ReadonlySet<string> = new Set(
  Object.entries<CommandOption>(COMMON_OPTIONS).flatMap(([name, { short, value }]) =>
    value === undefined ? [`--${name}`, ...(short === undefined ? [] : [`-${short}`])] : [],
  ),
);

/** The words of a command line with the name of the command first, before the switches that every command has. */
export function withNameFirst(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((arg) => !LEADING_FLAGS.has(arg));
  return at < 0 ? [] : [...argv.slice(at, at + 1), ...argv.slice(0, at), ...argv.slice(at + 1)];
}
