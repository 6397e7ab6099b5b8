import { ZarrStoreError } from "../../errors.ts";
import { isObject } from "../../json/is-object.ts";
import { type JsonField, memberOf, objectOf, throwFault } from "../../json/json-field.ts";

const MAX_QUOTED_LENGTH = 60;

/** Where zarr-python keeps a copy of the metadata of all nodes below a group. */
export const CONSOLIDATED_METADATA = "consolidated_metadata";

const onFault = throwFault(invalidField);

/** The whole of a metadata document, whose faults throw `invalid_metadata` with their path. */
export function metadataField(value: unknown, where: string): JsonField {
  return { value, path: "", where, onFault };
}

export function invalidField(field: JsonField, expected: string): ZarrStoreError {
  return fieldError("invalid_metadata", field, `expected ${expected}, found ${quote(field.value)}`, expected);
}

/** `advice` says what can be done about it. */
export function unsupportedField(field: JsonField, what: string, advice?: string): ZarrStoreError {
  const said = advice === undefined ? "" : `; ${advice}`;
  return fieldError("not_supported", field, `${what} is not supported${said}`, undefined);
}

/** Refuses members that this package does not know: they could change what the bytes mean. */
export function refuseOthers(field: JsonField, known: readonly string[]): void {
  const other = Object.keys(objectOf(field)).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw invalidField(memberOf(field, other), "no such member");
  }
}

/**
 * Refuses members of a Zarr v3 node that this package does not know and has to understand, by name. Consolidated metadata
 * are passed over: they say again what the nodes say, and may be out of date.
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
