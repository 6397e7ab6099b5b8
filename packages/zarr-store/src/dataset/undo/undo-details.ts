// What a commit record says about an undo, in its `details`, and which commits are undone.

import type { CommitRecord } from "../../commit/records/commit-record.ts";

/** The member of `details` that names the version that a commit undoes. */
const MEMBER = "undoes";

/** The details of a commit that undoes another one. */
export function undoDetails(version: number): NonNullable<CommitRecord["details"]> {
  return { [MEMBER]: version };
}

/** The version that a commit undoes; undefined if it undoes none. What has another form says nothing. */
export function undoesOf({ details }: Pick<CommitRecord, "details">): number | undefined {
  const version = details?.[MEMBER];
  return typeof version === "number" && Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

/**
 * Tells which commits are undone. It is given the records from the newest to the oldest: what undoes a commit is newer than it,
 * and is known by then. A commit whose undo was undone itself stands again.
 */
export class UndoneVersions {
  readonly #by = new Map<number, number>();

  /** Goes on with the next older record; returns the version that undid it, or undefined if it stands. */
  visit(record: Pick<CommitRecord, "version" | "details">): number | undefined {
    const by = this.#by.get(record.version);
    const undoes = undoesOf(record);
    if (by === undefined && undoes !== undefined && undoes < record.version) {
      this.#by.set(undoes, record.version);
    }
    return by;
  }
}
