// Which objects of the history a dataset still needs, whatever the age of the commit that replaced them.

import { runBounded } from "../../runtime/run-bounded.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { NeededHistory } from "../content-rules.ts";
import type { Head } from "../log/head.ts";

const READS_AT_ONCE = 16;

/**
 * Reads every object that names others, and returns what they name.
 *
 * @param read gives the committed bytes of a path
 * @throws whatever `read` and `hashesIn` throw
 */
export async function findNeededHistory(
  needed: NeededHistory | undefined,
  head: Head,
  read: (path: StoreKey) => Promise<Uint8Array<ArrayBuffer> | undefined>,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>();
  if (needed === undefined) {
    return hashes;
  }
  const paths = [...head.objects()].map(([path]) => path).filter(needed.isNamedAt);
  const visit = async (path: StoreKey): Promise<void> => {
    const bytes = await read(path);
    for (const hash of bytes === undefined ? [] : needed.hashesIn(bytes)) {
      hashes.add(hash);
    }
  };
  await runBounded(paths, visit, { concurrency: READS_AT_ONCE, signal });
  return hashes;
}
