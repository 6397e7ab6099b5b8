// A conflict that a merge left open, and the artifact that lists those of an image.

import {
  getMember,
  itemsOf,
  type JsonField,
  type JsonNode,
  memberOf,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
  stringOf,
  throwFault,
} from "@kym/zarr-store/json";
import { ARTIFACTS } from "../artifact-names.ts";
import { KymSchemaError } from "../errors.ts";

/** A field of metadata in conflict, with what came. A value is JSON text; undefined if a version does not have the field. */
export interface OpenField {
  readonly field: string;
  readonly base: string | undefined;
  readonly theirs: string | undefined;
}

/**
 * What came for an artifact and was not taken: the SHA-256 of an object that the history has, the word `removed` if nothing makes
 * the artifact any more, or `attachment` if only the file that was kept has it.
 */
export type TheirArtifact = string;

/** The key of a conflict about an image as a whole, which one copy of a dataset deleted and the other changed. */
export const WHOLE_IMAGE_KEY = "";
const WHOLE_IMAGE_NAME = "whole image";

/** Nothing makes the artifact any more; of an image: the other copy deleted it. */
export const THEIRS_REMOVED = "removed";
/** Only the attachment that was kept has what came, as for an array, which has several objects. */
export const THEIRS_IN_ATTACHMENT = "attachment";

/** The image was deleted in the dataset, changed in the other copy, and is here again, unchanged. */
export const THEIRS_IS_HERE = "here";

/** An artifact that stayed as it is in the dataset, although something else came for it. */
export interface OpenConflict {
  /** Path of the artifact below `images/<id>/`, such as `analysis/metadata.json`; or {@link WHOLE_IMAGE_KEY}. */
  readonly key: string;
  readonly theirs: TheirArtifact;
  /** What it came from, in words for people: a file's name, or another dataset. */
  readonly from: readonly string[];
  /** Paths below `images/<id>/` of the attachments that hold what came; they go when all is settled. */
  readonly attachments: readonly string[];
  /** The fields in conflict; undefined if the artifact is in conflict as a whole. */
  readonly fields: readonly OpenField[] | undefined;
  /** Which attachment holds which object of what came, both by their paths below `images/<id>/`: of an array, or of the attributes. */
  readonly objects?: ReadonlyMap<string, string> | undefined;
  /** It came from another copy of the dataset, not from a file: so it is not what a changed file is compared with later. */
  readonly isFromCopy?: boolean | undefined;
}

/** The names of what a conflict is about, one by one: its fields, or its artifact. */
export function conflictNames({ key, fields }: Pick<OpenConflict, "key" | "fields">): readonly string[] {
  return fields?.map(({ field }) => field) ?? [key === WHOLE_IMAGE_KEY ? WHOLE_IMAGE_NAME : key];
}

/** Of conflicts about one field or artifact, keeps the first. A conflict without a field left goes. */
export function withoutDoubles(conflicts: readonly OpenConflict[]): readonly OpenConflict[] {
  const seen = new Set<string>();
  const isNew = (key: string, name: string): boolean => {
    const isKnown = seen.has(JSON.stringify([key, name]));
    seen.add(JSON.stringify([key, name]));
    return !isKnown;
  };
  return conflicts.flatMap((conflict): readonly OpenConflict[] => {
    const { key } = conflict;
    if (conflict.fields === undefined) {
      return isNew(key, "") ? [conflict] : [];
    }
    const fields = conflict.fields.filter(({ field }) => isNew(key, field));
    return fields.length === 0 ? [] : [{ ...conflict, fields }];
  });
}

/** Whether two conflicts are about one artifact and came in one way: from files, or from another copy. */
export function isSameConflict(a: OpenConflict, b: OpenConflict): boolean {
  return a.key === b.key && (a.isFromCopy === true) === (b.isFromCopy === true);
}

/** Returns the text of the artifact `open_conflicts`. */
export function encodeOpenConflicts(conflicts: readonly OpenConflict[]): string {
  const memberOfText = (name: string, text: string | undefined): object =>
    text === undefined ? {} : { [name]: parseLossless(text, { allowNonFinite: true }) };
  return serializeLossless({
    conflicts: conflicts.map(({ key, theirs, from, attachments, objects, fields, isFromCopy }) => ({
      ...{ key, theirs, from, attachments },
      ...(objects && { objects: [...objects].map(([object, attachment]) => ({ key: object, attachment })) }),
      ...(isFromCopy === true && { copy: true }),
      ...(fields && {
        fields: fields.map((each) => ({
          field: each.field,
          ...memberOfText("base", each.base),
          ...memberOfText("theirs", each.theirs),
        })),
      }),
    })),
  });
}

const onFault = throwFault(({ value, path }, expected) => {
  const where = ARTIFACTS.openConflicts;
  return new KymSchemaError("invalid_file", `${where}: ${path} is not ${expected}`, {
    path,
    expected,
    found: value,
  });
});

/**
 * Reads the artifact `open_conflicts`.
 *
 * @throws {KymSchemaError} `invalid_file` for JSON that this package did not write
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON
 */
export function parseOpenConflicts(text: string): readonly OpenConflict[] {
  const where = ARTIFACTS.openConflicts;
  const document = parseLossless(text, { where, allowNonFinite: true });
  const list = memberOf({ value: plainValue(document), path: "", where, onFault }, "conflicts");
  const nodes = nodesIn(document, "conflicts");
  return itemsOf(list).map((conflict, index) => parseConflict(conflict, nodes[index]));
}

function parseConflict(conflict: JsonField, node: JsonNode | undefined): OpenConflict {
  const textsOf = (name: string): readonly string[] =>
    itemsOf(memberOf(conflict, name)).map((item) => stringOf(item, "text"));
  const fields = memberOf(conflict, "fields");
  const nodes = nodesIn(node, "fields");
  const objects = memberOf(conflict, "objects");
  return {
    key: stringOf(memberOf(conflict, "key"), "text"),
    theirs: stringOf(memberOf(conflict, "theirs"), "text"),
    from: textsOf("from"),
    attachments: textsOf("attachments"),
    ...(memberOf(conflict, "copy").value === true && { isFromCopy: true }),
    ...(objects.value !== undefined && {
      objects: new Map(
        itemsOf(objects).map((each) => [
          stringOf(memberOf(each, "key"), "text"),
          stringOf(memberOf(each, "attachment"), "text"),
        ]),
      ),
    }),
    fields:
      fields.value === undefined
        ? undefined
        : itemsOf(fields).map((field, index) => ({
            field: stringOf(memberOf(field, "field"), "text"),
            base: textIn(nodes[index], "base"),
            theirs: textIn(nodes[index], "theirs"),
          })),
  };
}

function nodesIn(node: JsonNode | undefined, key: string): readonly JsonNode[] {
  const list = getMember(node ?? nodeOf(null), key);
  return list?.kind === "array" ? list.items : [];
}

function textIn(node: JsonNode | undefined, key: string): string | undefined {
  const value = node && getMember(node, key);
  return value && serializeLossless(value, { indent: 0 });
}
