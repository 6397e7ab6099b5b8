// Blind scoring: hides from a scorer where and when a scan was made, and under which condition.

import type { CommandContext } from "../arguments/command.ts";
import type { ImageOverview } from "./image-overview.ts";

/**
 * The option for blind scoring. Images are named by their ids and sorted by them.
 *
 * It keeps an honest scorer honest: it hides neither files nor the results of SQL that reads files.
 */
export const BLIND_OPTION = {
  blind: { help: "hide paths, dates and conditions, for blind scoring" },
} as const;

export function isBlind({ options }: Pick<CommandContext, "options">): boolean {
  return options["blind"] === true;
}

export function blindOverview(image: ImageOverview): ImageOverview {
  return { ...image, rel_path: null, acquired_local: null, condition: null, treatment: null };
}

const TELLING =
  /(^|_)(path|folder|file_name|date|mtime_ns|acquired(_.*)?|treatment\d*|condition\d*|genotype|sex|age|animal)$/;

/** Whether a column of a table tells where or when a scan was made, or under which condition. */
export function isTelling(column: string): boolean {
  return TELLING.test(column.toLowerCase());
}
