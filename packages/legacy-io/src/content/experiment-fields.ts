// Puts what the names of folders say into the experiment section of an image's metadata.

import { METADATA_KEYS } from "@kym/kym-schema/keys";
import {
  getMember,
  type JsonNode,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
  setMember,
} from "@kym/zarr-store/json";
import type { FieldValues } from "../folder/paths/fields-of-path.ts";

/** Stands for the names of an image's folders among the files that an artifact was made from. */
export const FOLDER_NAMES = "the names of its folders";

/** Metadata with the fields that no file gives, and the fields that a file gives already. */
export interface FilledExperiment {
  readonly text: string;
  /** Fields whose value comes from a file: it wins. */
  readonly overruled: readonly string[];
}

/** Adds the values of fields that the metadata lack or have empty. A text that lacks nothing is returned byte for byte. */
export function fillExperiment(text: string, values: FieldValues): FilledExperiment {
  const fields = Object.entries(values);
  if (fields.length === 0) {
    return { text, overruled: [] };
  }
  const metadata = parseLossless(text, { allowNonFinite: true });
  const section = sectionOf(metadata);
  if (section === undefined) {
    return { text, overruled: Object.keys(values) };
  }
  const missing = fields.filter(([field]) => valueIn(section, field) === undefined);
  const overruled = fields.flatMap(([field]) => (valueIn(section, field) === undefined ? [] : [field]));
  return { text: missing.length === 0 ? text : withFields(metadata, section, missing), overruled };
}

/** Metadata after its folders got other names, and the fields that stay because somebody edited them. */
export interface ChangedExperiment {
  readonly text: string;
  readonly edited: readonly string[];
}

/**
 * Changes the fields that folder names give in metadata that were edited: from the values `before` to those `after`. A field
 * that is not as `before` says was edited, and stays.
 */
export function changeExperiment(text: string, before: FieldValues, after: FieldValues): ChangedExperiment {
  const metadata = parseLossless(text, { allowNonFinite: true });
  const section = sectionOf(metadata);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const [was, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const different = names.filter((field) => was.get(field) !== now.get(field));
  if (section === undefined) {
    return { text, edited: different };
  }
  const isEdited = (field: string): boolean => valueIn(section, field) !== was.get(field);
  const open = different.filter((field) => valueIn(section, field) !== now.get(field));
  const changes = open
    .filter((field) => !isEdited(field))
    .map((field): [string, string | number] => [field, now.get(field) ?? ""]);
  return {
    text: changes.length === 0 ? text : withFields(metadata, section, changes),
    edited: open.filter(isEdited),
  };
}

/** Returns a text with these fields as the values say; one that they lack is empty. */
export function withFieldValues(text: string, fields: readonly string[], values: FieldValues): string {
  const metadata = parseLossless(text, { allowNonFinite: true });
  const section = sectionOf(metadata);
  const given = new Map(Object.entries(values));
  return section === undefined || fields.length === 0
    ? text
    : withFields(
        metadata,
        section,
        fields.map((field) => [field, given.get(field) ?? ""]),
      );
}

/** Returns metadata with the edits that a person made in `before` to fields that folder names give or gave. */
export function carryEditedFields(
  metadata: JsonNode,
  before: JsonNode,
  was: FieldValues,
  now: FieldValues,
): JsonNode {
  const [section, edited] = [sectionOf(metadata), sectionOf(before)];
  if (section === undefined || edited === undefined) {
    return metadata;
  }
  const given = new Map(Object.entries(was));
  const carried = [...new Set([...given.keys(), ...Object.keys(now)])]
    .filter((field) => valueIn(edited, field) !== given.get(field))
    .reduce((so, field) => setMember(so, field, nodeOf(valueIn(edited, field) ?? "")), section);
  return setMember(metadata, METADATA_KEYS.experiment, carried);
}

/** The values that the names of folders gave, without those that a sidecar's value overruled. */
export function usedFields(
  { values, overruled }: { readonly values: FieldValues; readonly overruled: readonly string[] },
  alsoWithout: readonly string[] = [],
): FieldValues {
  const isUsed = ([field]: readonly [string, unknown]): boolean =>
    !overruled.includes(field) && !alsoWithout.includes(field);
  return Object.fromEntries(Object.entries(values).filter(isUsed));
}

/** Undefined if there is something else in place of the section. */
function sectionOf(metadata: JsonNode): JsonNode | undefined {
  const section = metadata.kind === "object" ? getMember(metadata, METADATA_KEYS.experiment) : metadata;
  if (section === undefined || section.kind === "null") {
    return nodeOf({});
  }
  return section.kind === "object" && metadata.kind === "object" ? section : undefined;
}

/** The value of a field; undefined if it is absent, null or an empty text. */
function valueIn(section: JsonNode, field: string): unknown {
  const value = plainValue(getMember(section, field) ?? nodeOf(null));
  if (value !== null && value !== "") {
    return value;
  }
  // Older files have `notes`, which is read as `note`.
  return field === "note" ? valueIn(section, "notes") : undefined;
}

function withFields(
  metadata: JsonNode,
  section: JsonNode,
  fields: readonly (readonly [string, string | number])[],
): string {
  const changed = fields.reduce((so, [field, value]) => setMember(so, field, nodeOf(value)), section);
  return serializeLossless(setMember(metadata, METADATA_KEYS.experiment, changed));
}
