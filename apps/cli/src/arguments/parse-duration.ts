// An age that a user types: `90d`, `12h`.
import { usageError } from "../terminal/cli-error.ts";
import type { OptionValue } from "./command.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A hundred years: a bound that keeps dates real. */
const MAX_MS = 36_525 * DAY_MS;

/**
 * Whole days or hours as milliseconds; undefined if the option is not given.
 *
 * @param source the flag that says it, `--history`
 * @throws {CliError} `usage` for anything else
 */
export function parseDuration(source: string, value: OptionValue): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const [, count, unit] = /^(\d{1,9})([hd])$/.exec(String(value)) ?? [];
  const durationMs = Number(count) * (unit === "h" ? HOUR_MS : DAY_MS);
  if (unit === undefined || durationMs > MAX_MS) {
    throw usageError(`${source} is a number of days or hours, as 90d or 12h, not ${JSON.stringify(value)}`);
  }
  return durationMs;
}
