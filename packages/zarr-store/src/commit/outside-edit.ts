import type { Runtime } from "../runtime/runtime.ts";
import type { StoreKey } from "../store/store-key.ts";
import type { ContentRules } from "./content-rules.ts";
import type { CommittedObject } from "./log/head.ts";
import { isZarrNode } from "./object-path.ts";

/** Tells what another program wrote into a Zarr node from damage to it. */

export interface OutsideEdit {
  readonly message: string;
  /** The bytes that were committed, where they can be made again from the file: others only added to it. */
  readonly committed?: Uint8Array<ArrayBuffer>;
}

export type EditRules = Pick<ContentRules, "withoutAdditions" | "mayBeEdited" | "fault">;

/**
 * What was done to the file of an object whose bytes are not those committed. An addition is proved: without it the hash
 * is that of the log. A node with other contents is an edit if it is whole and of another size; one of the same size
 * may have lost a bit.
 *
 * @returns undefined for damage, and for files that are no Zarr node
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
    const what = earlier.added === "" ? "written anew" : `${earlier.added} added`;
    return { message: `changed by another program: ${what}`, committed: earlier.bytes };
  }
  const isEdit =
    bytes.length !== object.sizeBytes &&
    rules.mayBeEdited(path, bytes) &&
    (await rules.fault(path, bytes)) === undefined;
  return isEdit ? { message: "changed by another program" } : undefined;
}
