// Tells a dataset whose commit log is missing from a place where there is no dataset.

import { COMMITS } from "../../commit/records/control-keys.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import type { ReadableStore } from "../../store/key-value-store.ts";
import { ROOT_NODE } from "../layout.ts";
import { rootAttributes } from "../nodes/root-attributes.ts";

const CAUSES =
  'Names that begin with "_" are hidden by GitHub Pages and Jekyll without a file .nojekyll beside them, left out by copies such ' +
  "as `rsync --exclude '_*'`, and refused by buckets that answer 403. Copy or serve the whole folder, with these names";

/**
 * The error for a store that has the root of a dataset but no commit log; undefined for any other store. Without its log, nobody
 * knows which files count.
 */
export async function missingLog(store: ReadableStore): Promise<ZarrStoreError | undefined> {
  const root = await store.get(ROOT_NODE);
  try {
    if (root !== undefined) {
      rootAttributes(root, store.location);
    }
  } catch (error) {
    if (!isZarrStoreError(error)) {
      throw error;
    }
    return undefined;
  }
  const path = store.location;
  return root === undefined
    ? undefined
    : new ZarrStoreError(
        "not_found",
        `${path} has the ${ROOT_NODE} of a dataset, but its log is missing or not served: there is no ${COMMITS}. ${CAUSES}`,
        { path, expected: COMMITS },
      );
}
