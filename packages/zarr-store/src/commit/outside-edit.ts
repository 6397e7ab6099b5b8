// Tells an edit of a Zarr node by another program from damage to its file.

import type { Runtime } from "../runtime/runtime.ts";
import type { StoreKey } from "../store/store-key.ts";
import type { ContentRules } from "./content-rules.ts";
import type { CommittedObject } from "./log/head.ts";
import { isZarrNode } from "./object-path.ts";

export interface OutsideEdit {
  readonly message: string;
  /** The committed bytes, if they can be recovered from the file because the other program only added to it. */
  readonly committed?: Uint8Array<ArrayBuffer>;
}

export type EditRules = Pick<ContentRules, "withoutAdditions" | "mayBeEdited" | "fault">;

/**
 * Finds out how a file whose bytes are not the committed ones was changed.
 *
 * - An addition is proved: without it, the file has the hash in the log.
 * - A node with other contents counts as an edit if it is whole and of another size. At the same size, a flipped bit
 *   is the likelier cause.
 *
 * @returns undefined for damage, and for files that are not Zarr nodes
 */
export async function findOutsideEdit(
  { rules, runtime }: { readonly rules: EditRules; readonly runtime: Pick<Runtime, "sha256"> },
  path: StoreKey,
  object: CommittedObject,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<OutsideEdit | undefined> {
  if (!isZarrNode(path)) {
    return undefined;
  }
  const earlier = rules.withoutAdditions(path, bytes, object.sizeBytes);
  if (earlier !== undefined && (await runtime.sha256(earlier.bytes)) === object.sha256) {
    const what = earlier.added === "" ? "rewritten" : `${earlier.added} added`;
    return { message: `changed by another program: ${what}`, committed: earlier.bytes };
  }
  const isEdit =
    bytes.length !== object.sizeBytes &&
    rules.mayBeEdited(path, bytes) &&
    (await rules.fault(path, bytes)) === undefined;
  return isEdit ? { message: "changed by another program" } : undefined;
}
