// The options of `kym ingest` and `kym refresh` that say which files to read, and how.

import type { PathFields } from "@kym/legacy-io";
import type { TiffLimits } from "@kym/legacy-io/tiff";
import type { CommandContext, OptionValue } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { pathFieldsOption } from "./path-fields-options.ts";
import { tiffLimits } from "./tiff-limits.ts";

/** The options that both commands declare with the same help. */
export const FOLDER_OPTIONS = {
  pattern: { value: "X", help: "select images by file name (default: every TIFF and recording)" },
  "keep-original": {
    help: "also keep the file of each image, byte for byte; kym export gives it back",
  },
  "apply-calibration": { help: "store the values that ImageJ shows, where its file calibrates them" },
  jobs: {
    short: "j",
    value: "N",
    help: "files read at the same time, each in a thread (default: one a processor)",
  },
} as const;

/** How `ingest` and `refresh` go through a folder. */
export interface FolderOptions {
  readonly jobs: number | undefined;
  readonly dryRun: boolean;
  readonly includeSidecars: boolean;
  readonly applyCalibration: boolean;
  readonly keepOriginal: boolean;
  readonly signal: AbortSignal;
  readonly limits: Partial<TiffLimits>;
  readonly pattern?: string;
  readonly pathFields: PathFields | null | undefined;
}

/**
 * Reads `--pattern`, `--path-fields`, `--map`, `--jobs`, `--no-sidecars`, `--apply-calibration`, `--keep-original`, `--dry-run` and the limits of a TIFF.
 *
 * @throws {CliError} `usage` for a number that is malformed or out of range
 */
export function folderOptions({
  options,
  signal,
}: Pick<CommandContext, "options" | "signal">): FolderOptions {
  const { pattern, jobs } = options;
  return {
    jobs: jobs === undefined ? undefined : jobsOf(jobs),
    dryRun: options["dry-run"] === true,
    includeSidecars: options["no-sidecars"] !== true,
    applyCalibration: options["apply-calibration"] === true,
    keepOriginal: options["keep-original"] === true,
    signal,
    limits: tiffLimits(options),
    pathFields: pathFieldsOption(options),
    ...(typeof pattern === "string" && { pattern }),
  };
}

function jobsOf(jobs: OptionValue): number {
  const count = Number(jobs);
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw usageError(`--jobs must be a number from 1 to 64, not ${JSON.stringify(jobs)}`);
  }
  return count;
}
