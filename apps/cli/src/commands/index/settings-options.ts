// The options by which a dataset is told what to remember about its pooled tables.

import type { AnalysisSettings } from "@kym/kym-schema/flow";
import type { OptionValues } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** The choices that a dataset remembers. */
export const SETTINGS_OPTIONS = {
  prefer: {
    value: "X",
    choices: ["lab", "ours"],
    help: "results that count if a ROI has both: lab (the default) or ours; the dataset remembers it",
  },
  "min-quality": {
    value: "N",
    help: "peak ratio below which a window has a low quality; the dataset remembers it",
  },
} as const;

/** What the dataset is to remember; empty if the options say nothing. @throws {CliError} `usage` */
export function rememberedSettings(
  options: OptionValues<typeof SETTINGS_OPTIONS>,
): Partial<AnalysisSettings> {
  const { prefer, "min-quality": text } = options;
  const minQuality = Number(text);
  if (text !== undefined && !(text.trim() !== "" && Number.isFinite(minQuality) && minQuality >= 0)) {
    throw usageError(`--min-quality must be a number of at least 0, not ${JSON.stringify(text)}`);
  }
  return {
    ...(prefer !== undefined && { prefer: prefer === "ours" ? "kym" : "lab" }),
    ...(text !== undefined && { minQuality }),
  };
}
