// What `kym copy`, `kym pack` and `kym unpack` share: their options, what they leave, and what they warn of.

import { basename, dirname } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { METADATA_UNDO } from "@kym/kym-schema/merge";
import type { CopyDatasetOptions } from "@kym/zarr-store/node";
import { ownMark, removeLeftovers } from "../../leftover-name.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { counted } from "../../terminal/text-table.ts";

const ENDING = ".partial-";

/** Removes what runs that were killed have left beside the target. */
export async function removePartialsOf(target: string): Promise<void> {
  await removeLeftovers(dirname(target), `${basename(target)}${ENDING}`);
}

/** What makes metadata of an older version again, and how the copy is called until it is whole. */
export function copyingOptions(): Pick<CopyDatasetOptions, "summarize" | "scales" | "partialEnding"> {
  return {
    summarize: summarizeMetadata,
    scales: METADATA_UNDO.scales,
    partialEnding: `${ENDING}${ownMark()}${crypto.randomUUID()}`,
  };
}

/** The warnings about files of the original that have other bytes than were committed. */
export function notCopiedWarnings(notCopied: readonly string[], path: string): readonly string[] {
  return [
    ...notCopied.map(
      (file) => `${file}: the file has other bytes than were committed, and the copy has those that were`,
    ),
    ...(notCopied.length === 0 ? [] : [`kym adopt ${shellWord(path)} commits what is whole`]),
  ];
}

/** Such as `70 files, 3.1 MB`. */
export function sizeText(objects: number, sizeBytes: number): string {
  return `${counted(objects, "file")}, ${(sizeBytes / 1e6).toFixed(1)} MB`;
}
