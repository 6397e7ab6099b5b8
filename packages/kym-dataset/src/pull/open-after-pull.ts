// The conflicts of an image that are open after a pull: those of both copies, and those that the pull opens.

import {
  conflictNames,
  encodeOpenConflicts,
  isSameConflict,
  mergeOpenConflicts,
  type OpenConflict,
  parseOpenConflicts,
  resolveEvents,
  resolveMetadata,
  withoutDoubles,
} from "@kym/kym-schema/merge";
import { tableFromRows } from "@kym/zarr-store";
import { encodeParquet } from "@kym/zarr-store/table";
import { loadFromHistories, withOlderConflict } from "./conflict-files.ts";
import {
  eventTable,
  type ImageVersions,
  loadVersion,
  METADATA_KEY,
  OPEN_KEY,
  readable,
  type Side,
} from "./image-versions.ts";

/** A conflict that this pull opens, and the document that its fields are in, if it is by fields. */
export interface OpenedConflict {
  readonly conflict: OpenConflict;
  readonly document: Uint8Array<ArrayBuffer> | undefined;
}

/** The open conflicts after a pull. */
export interface OpenAfterPull {
  /** Undefined if they are as before. */
  readonly open: readonly OpenConflict[] | undefined;
  /** The names of those that came with the other copy. */
  readonly openThere: readonly string[];
  /** The documents that they name, for the history. */
  readonly kept: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * Puts the open conflicts of both copies together, without what one of them settled, and adds those that a pull opens.
 *
 * @param isChangedThere whether the list of the other copy differs from that of the base
 */
export async function openAfterPull(
  versions: ImageVersions,
  opened: readonly OpenedConflict[],
  isChangedThere: boolean,
): Promise<OpenAfterPull> {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  const join = async (
    conflict: OpenConflict,
    document: Uint8Array<ArrayBuffer> | undefined,
    other: OpenConflict["theirs"],
    fields: readonly string[],
  ): Promise<OpenConflict> => {
    const joined = await joinedDocument(versions, conflict.key, document, other, fields);
    if (joined === undefined) {
      return conflict;
    }
    kept.push(joined);
    return { ...conflict, theirs: await versions.dataset.runtime.sha256(joined) };
  };
  const ours = await openOf(versions, "ours");
  const merged = isChangedThere
    ? mergeOpenConflicts({
        base: await openOf(versions, "base"),
        ours,
        theirs: await openOf(versions, "theirs"),
      })
    : ours.map((conflict) => ({ conflict, other: undefined }));
  const open: OpenConflict[] = [];
  for (const { conflict, other } of merged) {
    if (other === undefined || other.fields.length === 0) {
      open.push(conflict);
    } else {
      const document = await fromHistory(versions, conflict.theirs);
      open.push(await join(conflict, document, other.theirs, other.fields));
    }
  }
  for (const { conflict, document } of opened) {
    const at = open.findIndex((each) => isSameConflict(each, conflict));
    const older = open[at];
    kept.push(...(document === undefined ? [] : [document]));
    if (older === undefined) {
      open.push(conflict);
    } else {
      const { conflict: both, added } = withOlderConflict(conflict, older);
      open[at] = added.length === 0 ? both : await join(both, document, older.theirs, added);
    }
  }
  // Of a field that also differs from its file, what came now counts.
  const isOpened = (conflict: OpenConflict): boolean =>
    opened.some((each) => isSameConflict(each.conflict, conflict));
  const single = sortedByKey(
    withoutDoubles([...open.filter(isOpened), ...open.filter((each) => !isOpened(each))]),
  );
  const before = new Set(ours.map((conflict) => JSON.stringify(conflict)));
  const now = new Set(opened.map(({ conflict }) => conflict.key));
  return {
    open: encodeOpenConflicts(single) === encodeOpenConflicts(sortedByKey(ours)) ? undefined : single,
    openThere: single
      .filter((conflict) => !now.has(conflict.key) && !before.has(JSON.stringify(conflict)))
      .flatMap(conflictNames),
    kept,
  };
}

/** In one order, so that both copies end with the same bytes. */
export function sortedByKey(open: readonly OpenConflict[]): readonly OpenConflict[] {
  const placeOf = ({ key, isFromCopy }: OpenConflict): string => `${key} ${isFromCopy === true}`;
  return open.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

async function openOf(versions: ImageVersions, side: Side): Promise<readonly OpenConflict[]> {
  const bytes = await loadVersion(versions, side, OPEN_KEY);
  return bytes === undefined ? [] : readable(() => parseOpenConflicts(new TextDecoder().decode(bytes)), []);
}

async function fromHistory(
  { dataset, other }: ImageVersions,
  sha256: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return loadFromHistories(sha256, [dataset, other]);
}

/**
 * One document that has the value of every field in conflict: a document with some fields of another. Undefined if one of them is gone
 * from the histories; the fields then stay listed with the document that is there.
 */
async function joinedDocument(
  versions: ImageVersions,
  key: string,
  document: Uint8Array<ArrayBuffer> | undefined,
  otherHash: string,
  fields: readonly string[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const other = await fromHistory(versions, otherHash);
  if (document === undefined || other === undefined) {
    return undefined;
  }
  const choices = new Map(fields.map((field) => [field, "theirs" as const]));
  if (key === METADATA_KEY) {
    const [text, otherText] = [document, other].map((bytes) => new TextDecoder().decode(bytes));
    return new TextEncoder().encode(resolveMetadata(text ?? "", otherText ?? "", choices));
  }
  const [events, otherEvents] = [await eventTable(document, key), await eventTable(other, key)];
  if (events === undefined || otherEvents === undefined) {
    return undefined;
  }
  const { rows, schema } = resolveEvents(events, otherEvents, choices);
  return encodeParquet(tableFromRows(rows, schema), { schema });
}
