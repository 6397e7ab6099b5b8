// Fields of a metadata document, whose errors name the field, what was expected and what was found.

import { ZarrStoreError } from "../../errors.ts";
import { isObject } from "../../json/is-object.ts";
import { type JsonField, memberOf, objectOf, throwFault } from "../../json/json-field.ts";

const MAX_QUOTED_LENGTH = 60;

/** The member in which zarr-python keeps a copy of the metadata of all nodes below a group. */
export const CONSOLIDATED_METADATA = "consolidated_metadata";

const onFault = throwFault(invalidField);

/** The root of a metadata document. Faults below it throw `invalid_metadata` with their path. */
export function metadataField(value: unknown, where: string): JsonField {
  return { value, path: "", where, onFault };
}

/** Makes an `invalid_metadata` error for a field. */
export function invalidField(field: JsonField, expected: string): ZarrStoreError {
  return fieldError("invalid_metadata", field, `expected ${expected}, found ${quote(field.value)}`, expected);
}

/** Makes a `not_supported` error for a field. `advice` says what the user can do about it. */
export function unsupportedField(field: JsonField, what: string, advice?: string): ZarrStoreError {
  const said = advice === undefined ? "" : `; ${advice}`;
  return fieldError("not_supported", field, `${what} is not supported${said}`, undefined);
}

/** Refuses unknown members, because they could change what the bytes mean. */
export function refuseOthers(field: JsonField, known: readonly string[]): void {
  const other = Object.keys(objectOf(field)).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw invalidField(memberOf(field, other), "no such member");
  }
}

/**
 * Refuses unknown members of a Zarr v3 node, unless they say `must_understand: false`.
 *
 * Consolidated metadata is ignored: it only repeats the nodes, and may be out of date.
 */
export function refuseUnknownMembers(node: JsonField, known: readonly string[]): void {
  for (const name of Object.keys(objectOf(node))) {
    const member = memberOf(node, name);
    const { value } = member;
    const isConsolidated = name === CONSOLIDATED_METADATA && (value === null || isObject(value));
    const isIgnorable = isObject(value) && memberOf(member, "must_understand").value === false;
    if (!known.includes(name) && !isConsolidated && !isIgnorable) {
      throw invalidField(member, "no such member, or one that says must_understand: false");
    }
  }
}

function fieldError(
  code: "invalid_metadata" | "not_supported",
  field: JsonField,
  message: string,
  expected: string | undefined,
): ZarrStoreError {
  const place = field.path === "" ? field.where : `${field.where}: ${field.path}`;
  return new ZarrStoreError(code, `${place}: ${message}`, {
    path: field.where,
    ...(expected === undefined ? {} : { expected }),
    found: field.value,
  });
}

function quote(value: unknown): string {
  if (typeof value === "string") {
    return value.length <= MAX_QUOTED_LENGTH
      ? JSON.stringify(value)
      : `${JSON.stringify(value.slice(0, MAX_QUOTED_LENGTH))}…`;
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  if (value === undefined) {
    return "nothing";
  }
  return isObject(value) ? "an object" : String(value);
}
