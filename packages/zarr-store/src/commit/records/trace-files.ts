// Finds out from the log whose files lie at some paths.

import type { StoreKey } from "../../store/store-key.ts";
import type { CommitRecord } from "./commit-record.ts";

/** What the log says about a file that was found at a path. */
export interface Trace {
  /** Whether any commit put these bytes there. */
  readonly isKnown: boolean;
  /** What the last commit that touched the path left there: a hash, or null for nothing. Undefined if none touched it. */
  readonly last: string | null | undefined;
}

/** Looks up files, given as hashes by path, in records that come newest first, and stops when all are known. */
export async function traceFiles(
  records: AsyncIterable<CommitRecord>,
  found: ReadonlyMap<StoreKey, string>,
): Promise<ReadonlyMap<StoreKey, Trace>> {
  const traces = new Map<StoreKey, Trace>();
  const open = new Map(found);
  for await (const { ops } of records) {
    for (const op of ops) {
      const sha256 = open.get(op.path);
      if (sha256 === undefined) {
        continue;
      }
      const put = op.op === "put" ? op.sha256 : null;
      const { last = put } = traces.get(op.path) ?? {};
      const isKnown = put === sha256 || op.prev === sha256;
      traces.set(op.path, { isKnown, last });
      if (isKnown) {
        open.delete(op.path);
      }
    }
    if (open.size === 0) {
      break;
    }
  }
  return traces;
}
