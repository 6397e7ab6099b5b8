// Merges the lists of open conflicts of two copies of an image: what one of them settled is settled.

import { isSameConflict, type OpenConflict, type OpenField } from "./open-conflict.ts";

/** The lists of the two copies, and the one that both came from. */
export interface OpenConflictVersions {
  readonly base: readonly OpenConflict[];
  readonly ours: readonly OpenConflict[];
  readonly theirs: readonly OpenConflict[];
}

/** A conflict that is open after a merge, and whose lists the fields came from. */
export interface MergedConflict {
  readonly conflict: OpenConflict;
  /**
   * Undefined unless both sides have the conflict and differ. `conflict.theirs` is that of `ours`, but these fields are those of
   * `theirs`, which names them in what it has in that place.
   */
  readonly other: { readonly theirs: OpenConflict["theirs"]; readonly fields: readonly string[] } | undefined;
}

/**
 * Merges lists of open conflicts. Reads nothing. A conflict is told by its artifact and by whether it came of another copy, and a
 * field by its name. What one side added is
 * open, and what one side settled is not, unless the other side changed it meanwhile. Ours comes first where both are new.
 */
export function mergeOpenConflicts({ base, ours, theirs }: OpenConflictVersions): readonly MergedConflict[] {
  const all = [...ours, ...theirs];
  const first = all.filter((each, index) => all.findIndex((other) => isSameConflict(each, other)) === index);
  return first.flatMap((each): readonly MergedConflict[] => {
    const isOne = (conflict: OpenConflict): boolean => isSameConflict(conflict, each);
    const [was, our, their] = [base.find(isOne), ours.find(isOne), theirs.find(isOne)];
    if (said(our) === said(their) || said(their) === said(was)) {
      return our === undefined ? [] : [{ conflict: our, other: undefined }];
    }
    if (said(our) === said(was) || our === undefined) {
      return their === undefined ? [] : [{ conflict: their, other: undefined }];
    }
    if (their === undefined || our.fields === undefined || their.fields === undefined) {
      return [{ conflict: our, other: undefined }];
    }
    const fields = fieldsOf(was?.fields ?? [], our.fields, their.fields);
    const attachments = [...new Set([...our.attachments, ...their.attachments])];
    const from = [...new Set([...our.from, ...their.from])];
    const own = new Set(our.fields.map(({ field }) => field));
    const added = fields.flatMap(({ field }) => (own.has(field) ? [] : [field]));
    const other = { theirs: their.theirs, fields: added };
    const isFromCopy = our.isFromCopy === true || their.isFromCopy === true;
    const conflict = { ...our, fields, attachments, from, ...(isFromCopy && { isFromCopy }) };
    return fields.length === 0 ? [] : [{ conflict, other }];
  });
}

/** A field is open if both have it, or if the side that has it added it. */
function fieldsOf(
  base: readonly OpenField[],
  ours: readonly OpenField[],
  theirs: readonly OpenField[],
): readonly OpenField[] {
  const has = (fields: readonly OpenField[], name: string): boolean =>
    fields.some(({ field }) => field === name);
  return [
    ...ours.filter(({ field }) => has(theirs, field) || !has(base, field)),
    ...theirs.filter(({ field }) => !has(ours, field) && !has(base, field)),
  ];
}

function said(conflict: OpenConflict | undefined): string {
  return conflict === undefined ? "" : JSON.stringify(conflict);
}
