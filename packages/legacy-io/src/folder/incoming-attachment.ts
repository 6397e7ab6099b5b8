// Chooses the name under which a conflicting file is kept beside what the dataset already has.

import { imagePartKey } from "@kym/zarr-store/layout";
import { attachmentName } from "./attachment-name.ts";

/** The attachment that keeps a file. */
export interface IncomingAttachment {
  readonly name: string;
  /** Path relative to `images/<id>/`. */
  readonly key: string;
}

/**
 * Chooses an attachment for a file that must not replace what the dataset has.
 *
 * Tries `a.json`, `a (2).json`, … and returns the first suitable name. It is suitable if it is free, already holds these
 * bytes, or still holds an earlier version of this same file (one of `keptBefore`).
 */
export function incomingAttachment(
  fileName: string,
  sha256: string,
  current: ReadonlyMap<string, string>,
  keptBefore: readonly { readonly key: string; readonly sha256: string }[],
): IncomingAttachment {
  for (let count = 1; ; count++) {
    const name = attachmentName(numbered(fileName, count));
    const key = imagePartKey({ kind: "attachment", name });
    const now = current.get(key);
    const isOurs = keptBefore.some((kept) => kept.key === key && kept.sha256 === now);
    if (now === undefined || now === sha256 || isOurs) {
      return { name, key };
    }
  }
}

/** Adds a number before the ending: `a.json`, `a (2).json`, `a (3).json`. */
export function numbered(fileName: string, count: number): string {
  const dot = fileName.lastIndexOf(".");
  const stop = dot > 0 ? dot : fileName.length;
  return count === 1 ? fileName : `${fileName.slice(0, stop)} (${count})${fileName.slice(stop)}`;
}
