import type { TiffLimits } from "@kym/legacy-io/tiff";
import type { CommandContext } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

const MEBIBYTE = 2 ** 20;
/** As large as what a number counts to the byte. */
const MOST_MEBIBYTES = Number.MAX_SAFE_INTEGER / MEBIBYTE;
const MOST_SECONDS = 1e6;
const SECONDS = "max-decode-seconds";
const MEGABYTES = "max-memory-mb";
/** Limits by name, as a reason has it, and the option that raises each. */
const OPTION_OF: Readonly<Record<string, string>> = { maxDecodeMs: SECONDS, maxMemoryBytes: MEGABYTES };

/** Options of a command that reads TIFFs. */
export const TIFF_LIMIT_OPTIONS = {
  "max-decode-seconds": { value: "N", help: "how long a TIFF may take to decode (default 2)" },
  "max-memory-mb": { value: "N", help: "memory that a TIFF may need beyond its file's size (default 256)" },
} as const;

/** An image of more than 2 GiB is let in by the memory that it needs. Throws a usage error for what is no number above 0. */
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

/** The options that would let in what failed for these reasons. */
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
    throw usageError(`--${name} is a number above 0, up to ${Math.floor(most)}, not ${JSON.stringify(text)}`);
  }
  return value;
}
