// Reads an option of `kym watch` that is a time in seconds.

import type { CommandContext } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

const MOST_SECONDS = 86_400;

/**
 * The value of an option in milliseconds; undefined if it is not given.
 *
 * @throws {CliError} `usage` for a value that is not a number of seconds up to a day
 */
export function secondsOption(options: CommandContext["options"], name: string): number | undefined {
  const { [name]: text } = options;
  if (text === undefined) {
    return undefined;
  }
  const seconds = typeof text === "string" && /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= MOST_SECONDS)) {
    throw usageError(
      `--${name} must be a number of seconds, up to ${MOST_SECONDS}, not ${JSON.stringify(text)}`,
    );
  }
  return seconds * 1000;
}
