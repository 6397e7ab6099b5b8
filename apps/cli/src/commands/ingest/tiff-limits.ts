// `--max-decode-seconds` and `--max-memory-mb`: how much time and memory one TIFF may take.

import type { TiffLimits } from "@kym/legacy-io/tiff";
import type { CommandContext } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

const MEBIBYTE = 2 ** 20;
/** Up to this size, a number counts every byte. */
const MOST_MEBIBYTES = Number.MAX_SAFE_INTEGER / MEBIBYTE;
const MOST_SECONDS = 1e6;
const SECONDS = "max-decode-seconds";
const MEGABYTES = "max-memory-mb";
/** The option that raises each limit, by the name of the limit in the reason of a failure. */
const OPTION_OF: Readonly<Record<string, string>> = { maxDecodeMs: SECONDS, maxMemoryBytes: MEGABYTES };

/** Options of a command that reads TIFFs. */
export const TIFF_LIMIT_OPTIONS = {
  "max-decode-seconds": { value: "N", help: "processor time to decode a TIFF of up to 16 MiB (default 2)" },
  "max-memory-mb": { value: "N", help: "memory that one TIFF may need beyond its file's size (default 256)" },
} as const;

/**
 * Reads the limits from the options. A memory limit above 2 GiB also admits images above 2 GiB.
 *
 * @throws {CliError} `usage` for a value that is not a number above 0
 */
export function tiffLimits(options: CommandContext["options"]): Partial<TiffLimits> {
  const seconds = numberOf(options, SECONDS, MOST_SECONDS);
  const megabytes = numberOf(options, MEGABYTES, MOST_MEBIBYTES);
  return {
    ...(seconds !== undefined && { maxDecodeMs: seconds * 1000 }),
    ...(megabytes !== undefined && {
      maxMemoryBytes: megabytes * MEBIBYTE,
      maxDecodedBytes: Math.max(2048, megabytes) * MEBIBYTE,
    }),
  };
}

/** The options that raise the limits named in these reasons. */
export function optionsThatRaise(reasons: readonly string[]): readonly string[] {
  return Object.entries(OPTION_OF).flatMap(([limit, option]) =>
    reasons.some((reason) => reason.includes(`the limit ${limit} of `)) ? [`--${option}`] : [],
  );
}

function numberOf(options: CommandContext["options"], name: string, most: number): number | undefined {
  const { [name]: text } = options;
  if (text === undefined) {
    return undefined;
  }
  const value = typeof text === "string" && text.trim() !== "" ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= most)) {
    throw usageError(
      `--${name} must be a number above 0, up to ${Math.floor(most)}, not ${JSON.stringify(text)}`,
    );
  }
  return value;
}
