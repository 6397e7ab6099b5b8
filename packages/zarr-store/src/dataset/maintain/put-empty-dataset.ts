// Puts what every dataset has: the root group and the group of images.

import type { Transaction } from "../../commit/write/transaction.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { IMAGES_NODE, ROOT_NODE } from "../layout.ts";
import { newRootAttributes } from "../nodes/root-attributes.ts";
import { encodeNode } from "../record/record-objects.ts";
import { isoSeconds } from "../record/record-pixels.ts";

/** Puts both groups, unless there is a dataset already. */
export async function putEmptyDataset(
  transaction: Transaction,
  { nowEpochMs }: Pick<Runtime, "nowEpochMs">,
): Promise<void> {
  if ((await transaction.hash(ROOT_NODE)) === undefined) {
    await transaction.put(ROOT_NODE, encodeNode(newRootAttributes(isoSeconds(nowEpochMs()))));
    await transaction.put(IMAGES_NODE, encodeNode({}));
  }
}
