// The options that say what to analyse and how, of `kym analyze` and `kym run`.

import { availableParallelism } from "node:os";
import type { AnalysisKind, AnalysisRequest } from "@kym/kym-dataset";
import type { OptionValues } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** The options of both commands. */
export const ANALYSIS_OPTIONS = {
  radon: { help: "velocities of flow (the default, with --events)" },
  lspiv: {
    help: "velocities by a second method, the correlation of lines; kym compare --with lspiv compares them",
  },
  events: { help: "events of the velocities" },
  "heart-rate": { help: "heart rate in the velocities" },
  diameter: { help: "width of the vessel over time" },
  window: { value: "N", help: "lines in a window of velocities, a multiple of 4 (default 16)" },
  "remove-static-columns": {
    help: "subtract the mean of each column before --radon: what stands still does not count",
  },
  channel: { value: "N", help: "the channel of every ROI (default: the channel of each)" },
  roi: {
    value: "X",
    choices: ["full", "existing"],
    help: "images without a ROI: full adds one of the whole image (default); existing leaves them out",
  },
  jobs: { short: "j", value: "N", help: "ROIs at the same time (default: one a processor)" },
} as const;

const KINDS: Readonly<Record<"radon" | "lspiv" | "events" | "heart-rate" | "diameter", AnalysisKind>> = {
  radon: "velocity",
  lspiv: "lspiv",
  events: "events",
  "heart-rate": "heartRate",
  diameter: "diameter",
};

/** What the options ask for. @throws {CliError} `usage` for a number that is malformed or out of range */
export function analysisRequest(options: OptionValues<typeof ANALYSIS_OPTIONS>): AnalysisRequest {
  const kinds = Object.entries(KINDS).flatMap(([name, kind]) =>
    options[name as keyof typeof KINDS] === true ? [kind] : [],
  );
  const { window, channel, roi } = options;
  const windowLines = window === undefined ? undefined : Number(window);
  if (
    windowLines !== undefined &&
    !(Number.isInteger(windowLines / 4) && windowLines >= 4 && windowLines <= 1024)
  ) {
    throw usageError(`--window must be a multiple of 4 from 4 to 1024, not ${JSON.stringify(window)}`);
  }
  return {
    ...(kinds.length > 0 && { kinds }),
    ...(windowLines !== undefined && { windowLines }),
    ...(options["remove-static-columns"] === true && { removeStaticColumns: true }),
    ...(channel !== undefined && { channel: wholeNumber("--channel", channel, 999) }),
    ...(roi !== undefined && { rois: roi }),
  };
}

/** As many threads as the option says, or as the machine has processors. @throws {CliError} `usage` */
export function analysisJobs({ jobs }: { readonly jobs?: string | undefined }): number {
  return jobs === undefined ? Math.min(availableParallelism(), 64) : wholeNumber("--jobs", jobs, 64);
}

function wholeNumber(source: string, text: string, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw usageError(`${source} must be a number from 1 to ${most}, not ${JSON.stringify(text)}`);
  }
  return count;
}
