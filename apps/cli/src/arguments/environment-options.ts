// Reads options from `KYM_*` environment variables where the command line does not give them.

import { usageError } from "../terminal/cli-error.ts";
import type { CommandOptions, OptionValue } from "./command.ts";
import { optionValue } from "./option-value.ts";

/** The variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `no-color` → `KYM_NO_COLOR` */
function variableOf(option: string): string {
  return `KYM_${option.toUpperCase().replaceAll("-", "_")}`;
}

/** Whether the environment switches a flag on. For flags that are needed before the command line is parsed. */
export function isSwitchedOn(option: string, environment: Environment): boolean {
  return ON.has((environment[variableOf(option)] ?? "").toLowerCase());
}

const ON: ReadonlySet<string> = new Set(["1", "true"]);
const OFF: ReadonlySet<string> = new Set(["", "0", "false"]);

/**
 * The options of a command that the environment gives and the command line does not.
 *
 * @throws {CliError} `usage` for a value that the option does not allow
 */
export function environmentOptions(
  options: CommandOptions,
  given: Readonly<Record<string, OptionValue>>,
  environment: Environment,
): Readonly<Record<string, OptionValue>> {
  const found: Record<string, OptionValue> = {};
  for (const [name, option] of Object.entries(options)) {
    const variable = variableOf(name);
    const value = environment[variable] ?? "";
    if (value === "" || given[name] !== undefined || option.neverFromEnvironment === true) {
      continue;
    }
    if (option.value !== undefined) {
      found[name] = optionValue(variable, option, value);
    } else if (isSwitchedOn(name, environment)) {
      found[name] = true;
    } else if (!OFF.has(value.toLowerCase())) {
      throw usageError(
        `${variable} must be 1 or 0, not ${JSON.stringify(value)}`,
        `unset it, or use --${name}`,
      );
    }
  }
  return found;
}
