import type { CheckLevel } from "@kym/zarr-store";
import type { OptionValue } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** `structure`, `data`, `5%` or `1/10`. */
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
  throw usageError(`--level is structure, data, 5% or 1/10, not ${JSON.stringify(value)}`);
}
