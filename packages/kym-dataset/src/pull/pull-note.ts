// What the record of a pull says: which commit of the other copy was pulled.

import type { CommitPoint, CommitRecord } from "@kym/zarr-store";

/** What a commit of a pull says in its details. */
export interface PullNote extends CommitPoint {
  /** The location of the other copy, as it was opened. */
  readonly from: string;
  /** Whose work the commit brings. */
  readonly persons: readonly string[];
  /** True in the last commit of a pull: only then is everything here that the other copy had at that version. */
  readonly isComplete: boolean;
}

const MEMBER = "pull";

/** The details of a commit of a pull. */
export function pullDetails(note: PullNote): NonNullable<CommitRecord["details"]> {
  return {
    [MEMBER]: {
      from: note.from,
      version: note.version,
      record_sha256: note.recordSha256,
      persons: note.persons,
      complete: note.isComplete,
    },
  };
}

/** Reads what a record says of a pull; undefined for any other commit. */
export function pullNoteOf({ details }: Pick<CommitRecord, "details">): PullNote | undefined {
  const fields = Object(details?.[MEMBER]) as Readonly<Record<string, unknown>>;
  const { from, version, record_sha256: recordSha256, persons, complete } = fields;
  if (typeof version !== "number" || typeof recordSha256 !== "string") {
    return undefined;
  }
  return {
    from: String(from),
    version,
    recordSha256,
    persons: Array.isArray(persons) ? persons.map(String) : [],
    isComplete: complete === true,
  };
}
