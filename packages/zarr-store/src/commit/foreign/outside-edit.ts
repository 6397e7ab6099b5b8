// Tells an edit of a Zarr node by another program from damage to its file.

import type { Runtime } from "../../runtime/runtime.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { EditRules } from "../content-rules.ts";
import type { CommittedObject } from "../log/head.ts";
import { isZarrNode } from "../object-path.ts";

export interface OutsideEdit {
  readonly message: string;
  /** The committed bytes, if they could be made again. Their hash is that in the log. */
  readonly committed?: Uint8Array<ArrayBuffer>;
  /**
   * - `adopt`: it has attributes that can be adopted.
   * - `repair`: nothing of it can be adopted, and the committed file can be put back.
   * - `restore`: nothing of it can be adopted, and the committed file could not be made again.
   */
  readonly remedy: "adopt" | "repair" | "restore";
  /** Whether it has consolidated metadata beside what was committed, so that plain readers miss what is added later. */
  readonly hidesNews: boolean;
}

const CHANGED = "changed by another program";

/**
 * Finds out how a file whose bytes are not the committed ones was changed.
 *
 * - An addition is proved: without it, the file has the hash in the log.
 * - A node with other contents counts as an edit if it is whole and of another size. At the same size, a flipped bit
 *   is the likelier cause. Its committed bytes may be known from elsewhere; they too count only by their hash.
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
  const isCommitted = async (made: Uint8Array<ArrayBuffer>): Promise<boolean> =>
    made.length === object.sizeBytes && (await runtime.sha256(made)) === object.sha256;
  const earlier = rules.withoutAdditions(path, bytes, object.sizeBytes);
  if (earlier !== undefined && (await isCommitted(earlier.bytes))) {
    const what = earlier.added === "" ? "written in another form" : `${earlier.added} added`;
    const remedy = earlier.addsAttributes ? "adopt" : "repair";
    return {
      message: `${CHANGED}: ${what}`,
      committed: earlier.bytes,
      remedy,
      hidesNews: earlier.addsConsolidated,
    };
  }
  if (bytes.length === object.sizeBytes || !rules.isWholeNode(path, bytes)) {
    return undefined;
  }
  const fault = await rules.fault(path, bytes);
  const isAdoptable = fault === undefined && rules.mayBeEdited(path, bytes);
  for (const made of (await rules.recall?.(path)) ?? []) {
    if (await isCommitted(made)) {
      const message = `${CHANGED}: ${rules.difference(path, made, bytes)}${fault === undefined ? "" : `; ${fault}`}`;
      const hidesNews = !isAdoptable || rules.adoptable(path, bytes) !== bytes;
      return { message, committed: made, remedy: isAdoptable ? "adopt" : "repair", hidesNews };
    }
  }
  const what = fault ?? "its contents are others, and those that were committed cannot be made again from it";
  return {
    message: `${CHANGED}: ${what}`,
    remedy: isAdoptable ? "adopt" : "restore",
    hidesNews: false,
  };
}
