import { parseArgs } from "node:util";
import { CliError, usageError } from "../terminal/cli-error.ts";
import type { Command, OptionValue } from "./command.ts";
import { type Environment, environmentOptions } from "./environment-options.ts";
import { guessOr } from "./nearest-word.ts";

const COMMON_OPTIONS = {
  json: { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
  verbose: { type: "boolean", short: "v" },
  progress: { type: "string" },
  "no-color": { type: "boolean" },
  debug: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export interface Arguments {
  readonly values: Readonly<Record<string, OptionValue>>;
  readonly positionals: readonly string[];
}

/**
 * Takes the words of a command apart; what they do not say, the environment may.
 *
 * @throws {CliError} `usage` for an option that is unknown, or lacks its value
 */
export function parseArguments(
  command: Command,
  argv: readonly string[],
  environment: Environment,
): Arguments {
  const options = { ...COMMON_OPTIONS, ...command.options };
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const single = Object.entries(values).map(([key, value]): [string, OptionValue] => [
      key,
      Array.isArray(value) ? value.join(",") : value,
    ]);
    const given: Readonly<Record<string, OptionValue>> = Object.fromEntries(single);
    return { values: { ...environmentOptions(options, given, environment), ...given }, positionals };
  } catch (error) {
    if (error instanceof CliError) {
      throw error;
    }
    throw optionError(error, command, Object.keys(options));
  }
}

/** Node says how to write a file name that begins with a dash, which is hardly ever what was meant. */
function optionError(error: unknown, { usage }: Command, names: readonly string[]): CliError {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
  if (unknown === undefined) {
    return usageError(message.split("\n")[0] ?? message, `kym ${usage}`);
  }
  const command = usage.split(" ")[0] ?? "";
  const otherwise = `kym ${command} --help lists its options; a file of that name comes after --`;
  const flags = names.map((name) => `--${name}`);
  return usageError(`there is no option ${unknown}`, guessOr(unknown, flags, otherwise));
}

/** One argument for each name of the usage line. @throws {CliError} `usage` */
export function checkPositionals(command: Command, positionals: readonly string[]): readonly string[] {
  const words = command.usage.split(" ").filter((word) => /^\[?[A-Z|]+…?\]?$/.test(word));
  const required = words.filter((word) => !word.startsWith("["));
  if (positionals.length < required.length) {
    throw usageError(`${required[positionals.length]} is missing`, `kym ${command.usage}`);
  }
  const isRepeated = words.at(-1)?.includes("…") === true;
  if (positionals.length > words.length && !isRepeated) {
    const extra = JSON.stringify(positionals[words.length]);
    throw usageError(
      `${extra} is one argument too many`,
      `kym ${command.usage}   (a name with spaces needs quotes)`,
    );
  }
  const empty = positionals.indexOf("");
  if (empty >= 0) {
    throw usageError(`${words[empty]} is empty`, `kym ${command.usage}`);
  }
  return positionals;
}
