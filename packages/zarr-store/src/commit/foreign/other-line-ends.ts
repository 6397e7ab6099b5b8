// Recognises a committed file in which another program, mostly git, has only changed the line ends.

import { withCrlf, withLf } from "../../bytes/line-ends.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { CommittedObject } from "../log/head.ts";

/** What a message says of such a file. */
export const ONLY_LINE_ENDS =
  "only its line ends differ from the committed ones, as git changes them on a checkout";

/**
 * The committed bytes of an object, if the bytes of its file differ from them in their line ends alone: LF for CRLF or CRLF for
 * LF, throughout. The hash in the log proves it.
 */
export async function committedLineEnds(
  { sha256 }: Pick<Runtime, "sha256">,
  { sizeBytes, ...object }: Pick<CommittedObject, "sha256" | "sizeBytes">,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const text of otherLineEnds(bytes)) {
    if (text.length === sizeBytes && (await sha256(text)) === object.sha256) {
      return text;
    }
  }
  return undefined;
}

/** The bytes that have a hash: those that are given, or the same with other line ends; undefined if neither has it. */
export async function bytesWithHash(
  { sha256 }: Pick<Runtime, "sha256">,
  wanted: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const text of [bytes, ...otherLineEnds(bytes)]) {
    if ((await sha256(text)) === wanted) {
      return text;
    }
  }
  return undefined;
}

/** The same bytes with the line ends that they do not have. */
export function otherLineEnds(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  return [withLf(bytes), withCrlf(bytes)].filter((text) => text !== bytes);
}
