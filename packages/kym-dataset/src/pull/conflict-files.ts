// The attachments in which a pull keeps what it did not take, and the documents that open conflicts name.

import { type OpenConflict, THEIRS_IN_ATTACHMENT } from "@kym/kym-schema/merge";
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
const PREFIX = "pulled-";

/** The attachment of an object that came: its name says which bytes it holds, so that the same object is kept once. */
export function keptFile(key: string, sha256: string, bytes: Uint8Array<ArrayBuffer>): KeptFile {
  const flat = key.replace(/^analysis\//, "").replaceAll("/", "__");
  return { name: `${PREFIX}${sha256.slice(0, SHOWN_DIGITS)}-${flat.slice(-MOST_NAME)}`, bytes };
}

/** Whether a key below an image is that of a kept file. */
export function isKeptFile(key: string): boolean {
  return key.startsWith(imagePartKey({ kind: "attachment", name: PREFIX }));
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

/** Adds the fields of an older conflict of one artifact to a new one; a field that both have is that of the new one. */
export function withOlderConflict(
  conflict: OpenConflict,
  older: OpenConflict,
): { readonly conflict: OpenConflict; readonly added: readonly string[] } {
  const attachments = [...new Set([...conflict.attachments, ...older.attachments])];
  const { fields } = conflict;
  if (fields === undefined || older.fields === undefined) {
    return { conflict: { ...conflict, attachments }, added: [] };
  }
  const names = new Set(fields.map(({ field }) => field));
  const added = older.fields.filter(({ field }) => !names.has(field));
  const from = [...new Set([...conflict.from, ...(added.length > 0 ? older.from : [])])];
  return {
    conflict: { ...conflict, from, attachments, fields: [...fields, ...added] },
    added: added.map(({ field }) => field),
  };
}
