// Finds out what another program did to a committed `zarr.json`.

import type { StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import { findOutsideEdit, type OutsideEdit } from "./outside-edit.ts";

/** What another program did to the node at a path; undefined if it is as committed, missing or damaged. */
export async function rewrittenNode(
  { store, log, runtime, rules }: CommitContext,
  path: StoreKey,
): Promise<OutsideEdit | undefined> {
  const object = log.head.object(path);
  const bytes = object && rules && (await store.get(path));
  if (bytes === undefined || (await runtime.sha256(bytes)) === object?.sha256) {
    return undefined;
  }
  return rules && object && findOutsideEdit({ rules, runtime }, path, object, bytes);
}
