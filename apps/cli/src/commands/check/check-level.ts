// Parses `--level` of `kym check`.

import type { CheckLevel } from "@kym/zarr-store";
import type { OptionValue } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

/**
 * Parses `structure`, `data` (the default), a percentage such as `5%`, or a part such as `1/10`.
 *
 * @throws {CliError} `usage` for anything else
 */
export function parseCheckLevel(value: OptionValue): CheckLevel {
  if (value === undefined || value === "structure" || value === "data") {
    return value ?? "data";
  }
  const [, percent, part, of] = /^(?:(\d+(?:\.\d+)?)%|(\d+)\/(\d+))$/.exec(String(value)) ?? [];
  if (percent !== undefined && Number(percent) > 0 && Number(percent) <= 100) {
    return { percent: Number(percent) };
  }
  if (part !== undefined && Number(part) >= 1 && Number(part) <= Number(of)) {
    return { part: Number(part), of: Number(of) };
  }
  throw usageError(`--level must be structure, data, 5% or 1/10, not ${JSON.stringify(value)}`);
}
