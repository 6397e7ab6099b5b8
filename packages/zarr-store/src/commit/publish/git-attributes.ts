// Keeps git from changing the line ends of a dataset's files.

import { isZarrStoreError } from "../../errors.ts";
import { isWritableStore, type ReadableStore } from "../../store/key-value-store.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";

/** The file that tells git how to handle those beside and below it. No object of the dataset. */
export const GIT_ATTRIBUTES: StoreKey = joinKey(".gitattributes");

const TEXT = `# The files of a dataset are compared byte by byte: git must not change their line ends.
* -text
`;

/** Writes the file if none is there. Nothing depends on it, so no error stops a commit. */
export async function writeGitAttributes({
  store,
  logger,
}: Pick<CommitContext, "logger"> & { readonly store: ReadableStore }): Promise<void> {
  try {
    if (isWritableStore(store) && (await store.stat(GIT_ATTRIBUTES)) === undefined) {
      await store.put(GIT_ATTRIBUTES, new TextEncoder().encode(TEXT));
    }
  } catch (error) {
    if (!isZarrStoreError(error)) {
      throw error;
    }
    logger.debug(`${GIT_ATTRIBUTES} is not written: ${error.message}`);
  }
}
