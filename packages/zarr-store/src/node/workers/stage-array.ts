// Writes the chunks of an image for a transaction of another thread, in Node.

import {
  type ArrayToStage,
  type StageArrayOptions,
  type StagedArray,
  type StagingPlace,
  stageChunks,
} from "../../dataset/record/stage-array.ts";
import { localStore } from "../local/local-store.ts";
import { nodeHashing } from "../runtime/node-runtime.ts";

export type { ArrayToStage, StageArrayOptions };

/**
 * Writes the chunks of an image where a transaction of another thread lent it a place, see `lendImage`. Returns facts that can
 * be copied to that thread, for `addImage`. Nothing is flushed here: the commit does it.
 *
 * @throws {ZarrStoreError} `invalid_argument` for an array that cannot be stored; `io`; `aborted`
 * @example
 * const staged = await stageArray(place, image, { axes: ["t", "x"], compression: "none" });
 * // In the thread of the transaction: await transaction.addImage(staged, { id });
 */
export async function stageArray(
  { folder, prefix }: StagingPlace,
  array: ArrayToStage,
  options: StageArrayOptions = {},
): Promise<StagedArray> {
  return stageChunks(localStore(folder), prefix, nodeHashing, array, options);
}
