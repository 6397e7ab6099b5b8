// What an option says, be it on the command line or in the environment: checked against its choices.
import { type CliError, usageError } from "../terminal/cli-error.ts";
import type { CommandOption } from "./command.ts";
import { nearestWord } from "./nearest-word.ts";

/**
 * The value of an option as a command is given it.
 *
 * @param source the flag or the variable that says it: `--to`, `KYM_TO`
 * @throws {CliError} `usage` for what is none of its choices, with what was meant
 */
export function optionValue(
  source: string,
  { choices, repeats }: CommandOption,
  text: string,
): string | readonly string[] {
  const words = repeats === true ? text.split(",") : [text];
  const wrong = words.find((word) => choices?.includes(word) === false);
  if (choices !== undefined && wrong !== undefined) {
    throw notAChoice(source, choices, wrong);
  }
  return repeats === true ? words : text;
}

function notAChoice(source: string, choices: readonly string[], word: string): CliError {
  const meant = nearestWord(word, choices);
  const known = [choices.slice(0, -1).join(", "), ...choices.slice(-1)].filter((text) => text !== "");
  return usageError(
    `${source} is ${known.join(" or ")}, not ${JSON.stringify(word)}`,
    meant === undefined ? undefined : `did you mean ${source}${source.startsWith("-") ? " " : "="}${meant}?`,
  );
}
