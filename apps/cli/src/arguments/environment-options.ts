import { usageError } from "../terminal/cli-error.ts";
import type { Command, OptionValue } from "./command.ts";

/** What may be set for a whole session. What overwrites or repairs has to be said each time. */
const FROM_ENVIRONMENT: ReadonlySet<string> = new Set([
  ...["json", "quiet", "verbose", "progress", "no-color", "debug"],
  ...["blind", "format", "jobs", "pattern", "no-sidecars", "max-decode-seconds", "max-memory-mb"],
]);

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
  options: Command["options"],
  given: Readonly<Record<string, OptionValue>>,
  environment: Environment,
): Readonly<Record<string, OptionValue>> {
  const found: Record<string, OptionValue> = {};
  for (const [name, { type }] of Object.entries(options)) {
    const value = environment[variableOf(name)] ?? "";
    if (value === "" || given[name] !== undefined || !FROM_ENVIRONMENT.has(name)) {
      continue;
    }
    if (type === "string") {
      found[name] = value;
    } else if (isSwitchedOn(name, environment)) {
      found[name] = true;
    } else if (!OFF.has(value.toLowerCase())) {
      const variable = variableOf(name);
      throw usageError(`${variable} is 1 or 0, not ${JSON.stringify(value)}`, `unset it, or give --${name}`);
    }
  }
  return found;
}
