// Makes sure that a commit does not overwrite an edit by another program.

import { ZarrStoreError } from "../../errors.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import type { CommitContext } from "../commit-context.ts";
import type { CommitOp } from "../log/commit-record.ts";
import { groupOf, isRecordNode } from "../object-path.ts";

/**
 * Checks that each file to be replaced or deleted has bytes that some commit wrote, or that this one writes. So no edit
 * is overwritten unseen.
 *
 * @param onRead is given each file that was read, with the hash of its bytes
 * @throws {ZarrStoreError} `modified_outside`, with all paths that have other bytes
 */
export async function assertNotModifiedOutside(
  context: CommitContext,
  ops: readonly CommitOp[],
  onRead: (op: CommitOp, bytes: Uint8Array, sha256: string) => Promise<void>,
): Promise<void> {
  const { store, log, runtime } = context;
  const absentGroups = new Set<string>();
  for (const op of ops) {
    const group = groupOf(op.path);
    const isNewRecord = op.prev === null && isRecordNode(op.path);
    if (isNewRecord && (await store.stat(joinKey(group))) === undefined) {
      absentGroups.add(group);
    }
  }
  const modified: StoreKey[] = [];
  for (const op of ops) {
    if (absentGroups.has(groupOf(op.path))) {
      continue;
    }
    const bytes = await store.get(op.path);
    if (bytes !== undefined) {
      const hash = await runtime.sha256(bytes);
      const isOwn = op.op === "put" && op.sha256 === hash;
      const isKnown = async (): Promise<boolean> =>
        isOwn || hash === op.prev || log.wasEverCommitted(op.path, hash);
      // Unknown bytes may belong to a commit that was linked meanwhile.
      if (!(await isKnown()) && !((await log.refresh()) && (await isKnown()))) {
        modified.push(op.path);
      }
      await onRead(op, bytes, hash);
    }
  }
  if (modified.length > 0) {
    throw new ZarrStoreError(
      "modified_outside",
      `changed outside the dataset: ${modified.join(", ")}; adopt the change before writing over it`,
      { paths: modified, ...(modified[0] !== undefined && { path: modified[0] }) },
    );
  }
}
