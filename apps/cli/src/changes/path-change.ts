// What happened to the files of a dataset, in one commit or between two versions.

import type { CommitRecord, StoreKey } from "@kym/zarr-store";

/** A path with the hashes that it had before and after; null for no file. */
export interface PathChange {
  readonly path: StoreKey;
  readonly before: string | null;
  readonly after: string | null;
  /** For a pooled table: the images whose rows were replaced, as far as that is known. */
  readonly imageIds?: readonly string[] | undefined;
}

/** The changes of one commit. */
export function pathChangesOf({ ops }: Pick<CommitRecord, "ops">): readonly PathChange[] {
  return ops.map((op) => ({
    path: op.path,
    before: op.prev,
    after: op.op === "put" ? op.sha256 : null,
    imageIds: op.op === "put" ? op.imageIds : undefined,
  }));
}

/** What several commits, oldest first, did together: a path that has its bytes again is not changed. */
export function joinPathChanges(commits: readonly (readonly PathChange[])[]): readonly PathChange[] {
  const joined = new Map<StoreKey, PathChange>();
  for (const change of commits.flat()) {
    const first = joined.get(change.path);
    const imageIds = [...(first?.imageIds ?? []), ...(change.imageIds ?? [])];
    joined.set(change.path, {
      path: change.path,
      before: first === undefined ? change.before : first.before,
      after: change.after,
      imageIds: imageIds.length === 0 ? undefined : [...new Set(imageIds)],
    });
  }
  return [...joined.values()].filter(({ before, after }) => before !== after);
}

/** The same changes, the other way round. */
export function reversed(changes: readonly PathChange[]): readonly PathChange[] {
  return changes.map(({ path, before, after, imageIds }) => ({
    path,
    before: after,
    after: before,
    imageIds,
  }));
}
