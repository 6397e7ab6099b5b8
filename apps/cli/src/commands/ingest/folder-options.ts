import type { TiffLimits } from "@kym/legacy-io";
import type { CommandContext } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { tiffLimits } from "./tiff-limits.ts";

/** How `ingest` and `refresh` go through a folder. */
export interface FolderOptions {
  readonly jobs: number;
  readonly dryRun: boolean;
  readonly includeSidecars: boolean;
  readonly signal: AbortSignal;
  readonly limits: Partial<TiffLimits>;
  readonly pattern?: string;
}

/**
 * `--pattern`, `--jobs`, `--no-sidecars`, `--dry-run` and the limits of a TIFF. Throws a usage error for a number that is
 * none.
 */
export function folderOptions({ options, signal }: CommandContext): FolderOptions {
  const { pattern, jobs = "4" } = options;
  return {
    jobs: jobsOf(jobs),
    dryRun: options["dry-run"] === true,
    includeSidecars: options["no-sidecars"] !== true,
    signal,
    limits: tiffLimits(options),
    ...(typeof pattern === "string" && { pattern }),
  };
}

function jobsOf(jobs: string | boolean): number {
  const count = Number(jobs);
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw usageError(`--jobs is a number from 1 to 64, not ${JSON.stringify(jobs)}`);
  }
  return count;
}
