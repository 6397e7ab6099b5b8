// Reads the version of a dataset that a user types.

import { usageError } from "../../terminal/cli-error.ts";

/** A version, as `kym log` lists them; undefined if none is given. @throws {CliError} `usage` for anything else */
export function parseVersion(text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text)) {
    throw usageError(
      `VERSION is a number, not ${JSON.stringify(text)}`,
      "kym log DATASET lists the versions",
    );
  }
  return Number(text);
}
