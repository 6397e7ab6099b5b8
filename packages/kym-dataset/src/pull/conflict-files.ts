// The attachments in which a pull keeps what it did not take, and the documents that open conflicts name.

import { type OpenConflict, resolveMetadata, THEIRS_IN_ATTACHMENT } from "@kym/kym-schema/merge";
import type { ZarrDataset } from "@kym/zarr-store";
import { imagePartKey } from "@kym/zarr-store/layout";

/** A file that is kept as an attachment, because it came and was not taken. */
export interface KeptFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Commits keep no larger object in the history. */
const MOST_HISTORY_BYTES = 16 * 1024 * 1024;
const MOST_NAME = 180;
const SHOWN_DIGITS = 12;

/** The attachment of an object that came: its name says which bytes it holds, so that the same object is kept once. */
export function keptFile(key: string, sha256: string, bytes: Uint8Array<ArrayBuffer>): KeptFile {
  const flat = key.replace(/^analysis\//, "").replaceAll("/", "__");
  return { name: `pulled-${sha256.slice(0, SHOWN_DIGITS)}-${flat.slice(-MOST_NAME)}`, bytes };
}

export function attachmentKey({ name }: KeptFile): string {
  return imagePartKey({ kind: "attachment", name });
}

/** How an open conflict names what came: by its hash, or, for what no history keeps, by its attachment. */
export function theirsOf(sha256: string, bytes: Uint8Array): string {
  return bytes.length <= MOST_HISTORY_BYTES ? sha256 : THEIRS_IN_ATTACHMENT;
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Loads what open conflicts name by hash, from the history of either copy. */
export async function loadFromHistories(
  sha256: string,
  datasets: readonly ZarrDataset[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const dataset of SHA256.test(sha256) ? datasets : []) {
    const bytes = await dataset.history(sha256);
    if (bytes !== undefined) {
      return bytes;
    }
  }
  return undefined;
}

/** A conflict by fields, with the whole document whose values they have. */
export interface FieldConflict {
  readonly conflict: OpenConflict;
  readonly document: string;
}

/**
 * Puts two conflicts of one metadata artifact together: the fields of both, with one document that has the value of each. Where both
 * have a field, that of `first` counts.
 */
export function joinFieldConflicts(first: FieldConflict, second: FieldConflict): FieldConflict {
  const names = new Set((first.conflict.fields ?? []).map(({ field }) => field));
  const added = (second.conflict.fields ?? []).filter(({ field }) => !names.has(field));
  const union = (name: "attachments" | "from"): readonly string[] => [
    ...new Set([...first.conflict[name], ...(added.length > 0 ? second.conflict[name] : [])]),
  ];
  return {
    conflict: {
      ...first.conflict,
      from: union("from"),
      attachments: union("attachments"),
      fields: [...(first.conflict.fields ?? []), ...added],
    },
    document: resolveMetadata(
      first.document,
      second.document,
      new Map(added.map(({ field }) => [field, "theirs"])),
    ),
  };
}
