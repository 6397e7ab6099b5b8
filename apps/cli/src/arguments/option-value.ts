// Checks the value of an option against its choices, whether it comes from the command line or the environment.

import { type CliError, usageError } from "../terminal/cli-error.ts";
import type { CommandOption } from "./command.ts";
import { nearestWord } from "./nearest-word.ts";

/**
 * Checks the value of an option and splits it into a list if the option repeats.
 *
 * @param source the flag or the variable that has the value: `--to`, `KYM_TO`
 * @throws {CliError} `usage` for a value that is not one of the choices; the hint suggests the closest one
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
  return repeats === undefined ? text : words;
}

function notAChoice(source: string, choices: readonly string[], word: string): CliError {
  const meant = nearestWord(word, choices);
  if (word === "json" && source === "--format") {
    return usageError(`${source} must be ${choices.join(" or ")}, not "json"`, "--json prints JSON");
  }
  const known = [choices.slice(0, -1).join(", "), ...choices.slice(-1)].filter((text) => text !== "");
  return usageError(
    `${source} must be ${known.join(" or ")}, not ${JSON.stringify(word)}`,
    word === "json"
      ? "did you mean --json?"
      : meant === undefined
        ? undefined
        : `did you mean ${source}${source.startsWith("-") ? " " : "="}${meant}?`,
  );
}
