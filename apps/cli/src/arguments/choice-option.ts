import { usageError } from "../terminal/cli-error.ts";
import type { CommandContext } from "./command.ts";
import { nearestWord } from "./nearest-word.ts";

/** One of a few words, or undefined where the option is not given. @throws {CliError} `usage`, with what was meant */
export function choiceOption<T extends string>(
  { options }: Pick<CommandContext, "options">,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = options[name];
  const choice = choices.find((candidate) => candidate === value);
  if (value === undefined || choice !== undefined) {
    return choice;
  }
  const meant = nearestWord(String(value), choices);
  throw usageError(
    `--${name} is ${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}, not ${JSON.stringify(value)}`,
    meant === undefined ? undefined : `did you mean --${name} ${meant}?`,
  );
}
