// Decides which conflicts of an image are open after something came for its artifacts.

import { type MergeConflict, metadataChanges } from "./merge-metadata.ts";
import type { OpenConflict } from "./open-conflict.ts";

/** What came for one artifact, and what became of it. */
export type ArtifactArrival =
  /** The artifact is now what came, or what came says the same. */
  | { readonly key: string; readonly outcome: "taken" }
  /** The artifact stays as a whole. */
  | { readonly key: string; readonly outcome: "refused"; readonly conflict: OpenConflict }
  /** The metadata were merged. */
  | {
      readonly key: string;
      readonly outcome: "merged";
      /** The text as it is stored now, and the one that came. */
      readonly merged: string;
      readonly theirs: string;
      readonly conflicts: readonly MergeConflict[];
      /** What a conflict says of where it came from. */
      readonly conflict: Omit<OpenConflict, "fields">;
    };

/**
 * Returns the conflicts that are open after something came. Reads nothing.
 *
 * A field that was in conflict before stays so while what came last still says something else than the dataset. An attachment that a
 * conflict named stays named while any of its fields is open.
 */
export function conflictsAfterMerge(
  before: readonly OpenConflict[],
  arrivals: readonly ArtifactArrival[],
): readonly OpenConflict[] {
  const came = new Set(arrivals.map(({ key }) => key));
  const stayed = before.filter(({ key }) => !came.has(key));
  const changed = arrivals.flatMap((arrival): readonly OpenConflict[] => {
    const was = before.find(({ key }) => key === arrival.key);
    switch (arrival.outcome) {
      case "taken":
        return [];
      case "refused":
        return [arrival.conflict];
      case "merged":
        return afterMerge(was, arrival);
      default:
        return arrival satisfies never;
    }
  });
  return [...stayed, ...changed];
}

function afterMerge(
  was: OpenConflict | undefined,
  { merged, theirs, conflicts, conflict }: Extract<ArtifactArrival, { readonly outcome: "merged" }>,
): readonly OpenConflict[] {
  const isNew = new Set(conflicts.map(({ field }) => field));
  const differing = new Map(metadataChanges(merged, theirs).map((change) => [change.field, change]));
  const old = (was?.fields ?? []).flatMap(({ field, base }) => {
    const change = differing.get(field);
    return change === undefined || isNew.has(field) ? [] : [{ field, base, theirs: change.after }];
  });
  const fields = [
    ...old,
    ...conflicts.map(({ field, base, theirs: their }) => ({ field, base, theirs: their })),
  ];
  const attachments = [
    ...new Set([...(old.length > 0 ? (was?.attachments ?? []) : []), ...conflict.attachments]),
  ];
  const from = [...new Set([...(old.length > 0 ? (was?.from ?? []) : []), ...conflict.from])];
  return fields.length === 0 ? [] : [{ ...conflict, from, attachments, fields }];
}
