// The options that every command has. `kym --help` lists them once, so the help of a single command leaves them out.

import type { CommandOption } from "./command.ts";

export const COMMON_OPTIONS = {
  json: { help: "print JSON: {ok, kind, schemaVersion, data, warnings}" },
  quiet: { short: "q", help: "show no progress, notes or hints" },
  verbose: { short: "v", help: "show ids, whole lists, all notes and log messages" },
  progress: {
    value: "X",
    choices: ["auto", "json", "none"],
    help: "how to show progress: auto, json or none",
  },
  "no-color": { help: "use no colours; NO_COLOR and TERM=dumb do the same" },
  debug: { help: "show where in the code an error arose" },
} as const;

/** Switches that may come before the command: `kym --json ls` is the same as `kym ls --json`. */
const LEADING_FLAGS: ReadonlySet<string> = new Set(
  Object.entries<CommandOption>(COMMON_OPTIONS).flatMap(([name, { short, value }]) =>
    value === undefined ? [`--${name}`, ...(short === undefined ? [] : [`-${short}`])] : [],
  ),
);

/** Moves the name of the command to the front, before the switches that may precede it. */
export function withNameFirst(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((arg) => !LEADING_FLAGS.has(arg));
  return at < 0 ? [] : [...argv.slice(at, at + 1), ...argv.slice(0, at), ...argv.slice(at + 1)];
}
