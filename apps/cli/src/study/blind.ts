import type { CommandContext } from "../arguments/command.ts";
import type { ImageOverview } from "./image-overview.ts";

/**
 * Blind scoring: who scores sees neither where a scan was, nor when, nor under which condition; images are named by their
 * ids and stand in the order of these. It keeps an honest scorer honest: files and SQL that reads them are not hidden.
 */
export const BLIND_OPTION = {
  blind: { help: "hide paths, dates and conditions, for blind scoring" },
} as const;

export function isBlind({ options }: Pick<CommandContext, "options">): boolean {
  return options["blind"] === true;
}

export function blindOverview(image: ImageOverview): ImageOverview {
  return { ...image, rel_path: null, acquired_local: null };
}

const TELLING =
  /(^|_)(path|folder|file_name|date|mtime_ns|acquired(_.*)?|treatment|condition\d*|genotype|sex|age)$/;

/** Whether a column of a table says where or when a scan was, or under which condition. */
export function isTelling(column: string): boolean {
  return TELLING.test(column.toLowerCase());
}
