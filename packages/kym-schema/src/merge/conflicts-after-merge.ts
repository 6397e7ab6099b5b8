// Decides which conflicts of an image are open after something came for its artifacts.

import { type MergeConflict, metadataChanges, metadataValues } from "./merge-metadata.ts";
import { type OpenConflict, withoutDoubles } from "./open-conflict.ts";

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
 * conflict named stays named while any of its fields is open. What came of another copy stays in conflict beside what came of files,
 * but for a field or artifact that now differs from its file as well: of one name, the newest counts.
 */
export function conflictsAfterMerge(
  before: readonly OpenConflict[],
  arrivals: readonly ArtifactArrival[],
): readonly OpenConflict[] {
  const came = new Set(arrivals.map(({ key }) => key));
  const stayed = before.filter(({ key }) => !came.has(key));
  const changed = arrivals.flatMap((arrival): readonly OpenConflict[] => {
    const ofKey = before.filter(({ key }) => key === arrival.key);
    const pulled = ofKey.filter(({ isFromCopy }) => isFromCopy === true);
    const was = ofKey.find(({ isFromCopy }) => isFromCopy !== true);
    switch (arrival.outcome) {
      case "taken":
        return pulled;
      case "refused":
        return [withAttachments(arrival.conflict, pulled), ...pulled];
      case "merged":
        return [...afterMerge(was, arrival), ...pulled.flatMap((each) => stillOpen(each, arrival))];
      default:
        return arrival satisfies never;
    }
  });
  return withoutDoubles([...stayed, ...changed]);
}

/** An artifact as a whole has one conflict, which names what was kept of the one that it replaces, so that it goes with it. */
function withAttachments(conflict: OpenConflict, replaced: readonly OpenConflict[]): OpenConflict {
  const older = replaced.flatMap(({ fields, attachments }) => (fields === undefined ? attachments : []));
  return { ...conflict, attachments: [...new Set([...conflict.attachments, ...older])] };
}

/** What came of another copy, without the fields that the dataset has as that copy by now. */
function stillOpen(
  pulled: OpenConflict,
  { merged }: Extract<ArtifactArrival, { readonly outcome: "merged" }>,
): readonly OpenConflict[] {
  const values = metadataValues(merged);
  const fields = pulled.fields?.filter(({ field, theirs }) => values.get(field) !== theirs);
  return fields?.length === 0 ? [] : [{ ...pulled, fields }];
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
