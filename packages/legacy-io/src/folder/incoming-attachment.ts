import { imagePartKey } from "@kym/zarr-store/layout";
import { attachmentName } from "./attachment-name.ts";

/** Where a file is kept. */
export interface IncomingAttachment {
  readonly name: string;
  /** Below `images/<id>/`. */
  readonly key: string;
}

/**
 * The attachment that a file becomes which does not replace what the dataset has: the first of `a.json`, `a (2).json`, …
 * that is free, has these bytes already, or has what was kept of this same file before.
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

/** `a.json`, `a (2).json`, `a (3).json`: the number goes before the ending. */
export function numbered(fileName: string, count: number): string {
  const dot = fileName.lastIndexOf(".");
  const stop = dot > 0 ? dot : fileName.length;
  return count === 1 ? fileName : `${fileName.slice(0, stop)} (${count})${fileName.slice(stop)}`;
}
