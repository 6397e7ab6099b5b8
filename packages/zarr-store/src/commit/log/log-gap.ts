// Finds a commit record that is missing although a later one exists.

import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import { COMMITS, versionOfRecord } from "./control-keys.ts";
import { readRecord } from "./read-record.ts";

/** Returns the versions whose records a listing shows, in ascending order. */
export async function listVersions(store: Pick<ReadOnlyStore, "list">): Promise<readonly number[]> {
  const names = (await store.list(COMMITS)).map(({ name }) => name);
  return names.flatMap((name) => versionOfRecord(name) ?? []).sort((a, b) => a - b);
}

/**
 * Returns the first version that is missing below a later one. Records are linked in order and never removed, so a gap
 * means that a record was lost. A listing can miss a file that is linked while it runs, so the record itself is read
 * too.
 */
export async function findLogGap(
  store: Pick<ReadOnlyStore, "get">,
  versions: readonly number[],
): Promise<number | undefined> {
  let expected = 1;
  for (const version of versions) {
    for (; expected < version; expected++) {
      if ((await readRecord(store, expected)) === undefined) {
        return expected;
      }
    }
    expected = version + 1;
  }
  return undefined;
}
