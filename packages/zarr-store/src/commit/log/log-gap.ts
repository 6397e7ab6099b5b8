import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import { COMMITS, commitKey, versionOfRecord } from "./control-keys.ts";

/** The versions whose records a listing shows, in order. */
export async function listVersions(store: Pick<ReadOnlyStore, "list">): Promise<readonly number[]> {
  const names = (await store.list(COMMITS)).map(({ name }) => name);
  return names.flatMap((name) => versionOfRecord(name) ?? []).sort((a, b) => a - b);
}

/**
 * The first version that is missing below a later one. Records are linked in order and never removed, so that it is a loss;
 * but a listing may pass over what is linked while it is made, so the record itself is asked for.
 */
export async function findLogGap(
  store: Pick<ReadOnlyStore, "get">,
  versions: readonly number[],
): Promise<number | undefined> {
  let expected = 1;
  for (const version of versions) {
    for (; expected < version; expected++) {
      if ((await store.get(commitKey(expected))) === undefined) {
        return expected;
      }
    }
    expected = version + 1;
  }
  return undefined;
}
