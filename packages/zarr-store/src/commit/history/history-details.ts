// What a commit record says about the history, in its `details`.

import type { CommitRecord } from "../records/commit-record.ts";
import { isHistoryName } from "../records/control-keys.ts";

type Details = CommitRecord["details"];

/** The member of `details` that is about the history. */
const MEMBER = "history";
const LOST = "lost";
const KEPT = "kept";
const REMOVED_BEFORE = "removed_before";

/** What one record says about the history. */
export interface HistoryDetails {
  /** Hashes of what the commit replaced or deleted and could not keep, because the bytes were gone. */
  readonly lost: readonly string[];
  /** The size in bytes of what the commit kept although it replaced no object of these bytes, by hash. */
  readonly kept: ReadonlyMap<string, number>;
  /**
   * A collection: what commits before this time, in milliseconds since 1970, replaced or deleted may be gone since. Undefined
   * if the record is of another kind.
   */
  readonly removedBeforeEpochMs: number | undefined;
}

/** Adds the hashes of what a commit could not keep, and of what it was asked to keep. */
export function withHistory(
  details: Details,
  { lost, asked }: { readonly lost: readonly string[]; readonly asked: ReadonlyMap<string, number> },
): Details {
  const said = {
    ...(lost.length > 0 && { [LOST]: lost }),
    ...(asked.size > 0 && { [KEPT]: Object.fromEntries(asked) }),
  };
  return Object.keys(said).length === 0 ? details : { ...details, [MEMBER]: said };
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
  const kept = Object.entries(Object(fields[KEPT]) as Readonly<Record<string, unknown>>);
  return {
    lost: Array.isArray(lost) ? lost.filter((hash) => typeof hash === "string") : [],
    kept: new Map(
      kept.filter(
        (entry): entry is [string, number] => isHistoryName(entry[0]) && Number.isSafeInteger(entry[1]),
      ),
    ),
    removedBeforeEpochMs: typeof before === "string" ? epochMsOf(before) : undefined,
  };
}

/** The time of a text such as `2026-01-02T03:04:05.000Z`; undefined if it is not one. */
export function epochMsOf(utc: string): number | undefined {
  const epochMs = Date.parse(utc);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
