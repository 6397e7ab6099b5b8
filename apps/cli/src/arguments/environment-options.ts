import { usageError } from "../terminal/cli-error.ts";
import type { CommandOptions, OptionValue } from "./command.ts";
import { optionValue } from "./option-value.ts";

/** The variables of a process, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `no-color` → `KYM_NO_COLOR` */
function variableOf(option: string): string {
  return `KYM_${option.toUpperCase().replaceAll("-", "_")}`;
}

/** Whether the environment switches a flag on, for what has to be known before the command line is understood. */
export function isSwitchedOn(option: string, environment: Environment): boolean {
  return ON.has((environment[variableOf(option)] ?? "").toLowerCase());
}

const ON: ReadonlySet<string> = new Set(["1", "true"]);
const OFF: ReadonlySet<string> = new Set(["", "0", "false"]);

/** The options of a command that the environment gives, and the command line does not. @throws {CliError} `usage` */
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
      throw usageError(`${variable} is 1 or 0, not ${JSON.stringify(value)}`, `unset it, or give --${name}`);
    }
  }
  return found;
}
