import { ZarrStoreError } from "../../errors.ts";
import { isObject } from "../../json/is-object.ts";

/** A value met in a metadata document, with the way to it, so that a fault can say where it is. */
export interface MetadataField {
  readonly value: unknown;
  /** The path inside the document (`codecs[0].name`), empty for the whole. */
  readonly path: string;
  /** The document's own key or URL. */
  readonly where: string;
}

const MAX_QUOTED_LENGTH = 60;

/** Where zarr-python keeps a copy of the metadata of all nodes below a group. */
export const CONSOLIDATED_METADATA = "consolidated_metadata";

export function invalidField(field: MetadataField, expected: string): ZarrStoreError {
  return fieldError("invalid_metadata", field, `expected ${expected}, found ${quote(field.value)}`, expected);
}

/** `advice` says what can be done about it. */
export function unsupportedField(field: MetadataField, what: string, advice?: string): ZarrStoreError {
  const said = advice === undefined ? "" : `; ${advice}`;
  return fieldError("not_supported", field, `${what} is not supported${said}`, undefined);
}

/** A member of an object; its value is undefined if it is absent. What a prototype has is no member. */
export function memberOf(field: MetadataField, name: string): MetadataField {
  const object = objectOf(field);
  return {
    value: Object.hasOwn(object, name) ? object[name] : undefined,
    path: pathTo(field, name),
    where: field.where,
  };
}

export function objectOf(field: MetadataField): Readonly<Record<string, unknown>> {
  if (!isObject(field.value)) {
    throw invalidField(field, "an object");
  }
  return field.value;
}

export function itemsOf(field: MetadataField, maxLength: number): readonly MetadataField[] {
  const { value, path, where } = field;
  if (!Array.isArray(value) || value.length > maxLength) {
    throw invalidField(field, `a list of at most ${maxLength}`);
  }
  return value.map((item: unknown, i) => ({ value: item, path: `${path}[${i}]`, where }));
}

export function stringOf(field: MetadataField): string {
  if (typeof field.value !== "string") {
    throw invalidField(field, "a string");
  }
  return field.value;
}

export function oneOf<const T extends string>(field: MetadataField, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === field.value);
  if (found === undefined) {
    throw invalidField(field, allowed.map((name) => JSON.stringify(name)).join(" or "));
  }
  return found;
}

export function integerOf(field: MetadataField, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  const { value } = field;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min || value > max) {
    throw invalidField(field, `an integer from ${min} to ${max}`);
  }
  return value;
}

export function booleanOf(field: MetadataField): boolean {
  if (typeof field.value !== "boolean") {
    throw invalidField(field, "true or false");
  }
  return field.value;
}

/** Refuses members that this package does not know: they could change what the bytes mean. */
export function refuseOthers(field: MetadataField, known: readonly string[]): void {
  const other = Object.keys(objectOf(field)).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw invalidField(memberOf(field, other), "no such member");
  }
}

/**
 * Refuses members of a Zarr v3 node that this package does not know and has to understand, by name. Consolidated metadata
 * are passed over: they say again what the nodes say, and may be out of date.
 */
export function refuseUnknownMembers(node: MetadataField, known: readonly string[]): void {
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

function pathTo(field: MetadataField, name: string): string {
  return field.path === "" ? name : `${field.path}.${name}`;
}

function fieldError(
  code: "invalid_metadata" | "not_supported",
  field: MetadataField,
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
