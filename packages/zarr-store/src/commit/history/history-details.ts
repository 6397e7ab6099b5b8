// What a commit record says about the history, in its `details`.

import type { CommitRecord } from "../records/commit-record.ts";

type Details = CommitRecord["details"];

/** The member of `details` that is about the history. */
const MEMBER = "history";
const LOST = "lost";
const REMOVED_BEFORE = "removed_before";

/** What one record says about the history. */
export interface HistoryDetails {
  /** Hashes of what the commit replaced or deleted and could not keep, because the bytes were gone. */
  readonly lost: readonly string[];
  /**
   * A collection: what commits before this time, in milliseconds since 1970, replaced or deleted may be gone since. Undefined
   * if the record is of another kind.
   */
  readonly removedBeforeEpochMs: number | undefined;
}

/** Adds the hashes of what a commit could not keep. */
export function withLostHistory(details: Details, lost: readonly string[]): Details {
  return lost.length === 0 ? details : { ...details, [MEMBER]: { [LOST]: lost } };
}

/** The details of a collection: nothing is said of what no commit names. */
export function removalDetails(beforeEpochMs: number | undefined): NonNullable<Details> {
  const before = beforeEpochMs === undefined ? null : new Date(beforeEpochMs).toISOString();
  return { [MEMBER]: { [REMOVED_BEFORE]: before } };
}

/** Reads the details of a record. What has another form says nothing. */
export function historyDetailsOf({ details }: Pick<CommitRecord, "details">): HistoryDetails {
  const fields = Object(details?.[MEMBER]) as Readonly<Record<string, unknown>>;
  const [lost, before] = [fields[LOST], fields[REMOVED_BEFORE]];
  return {
    lost: Array.isArray(lost) ? lost.filter((hash) => typeof hash === "string") : [],
    removedBeforeEpochMs: typeof before === "string" ? epochMsOf(before) : undefined,
  };
}

/** The time of a text such as `2026-01-02T03:04:05.000Z`; undefined if it is not one. */
export function epochMsOf(utc: string): number | undefined {
  const epochMs = Date.parse(utc);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
