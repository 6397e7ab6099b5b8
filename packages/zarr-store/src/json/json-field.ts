// Reads fields of a JSON document whose types must be checked, with the path for messages.

import { isObject } from "./is-object.ts";

/**
 * A plain value in a JSON document, with its path and what to do if it has the wrong type.
 *
 * `Absent` is what a reader returns for a value of the wrong type: nothing (`never`) if faults are thrown, undefined if
 * they are collected. Do not confuse it with a `JsonNode`, which keeps the text of numbers.
 */
export interface JsonField<Absent extends undefined = never> {
  readonly value: unknown;
  /** The path inside the document (`codecs[0].name`); empty for the whole document. */
  readonly path: string;
  /** The key, URL or name of the document. */
  readonly where: string;
  readonly onFault: OnFault<Absent>;
}

/** Called for a field that is not what was `expected`: {@link throwFault} or {@link collectFaults}. */
export type OnFault<Absent extends undefined> = (field: JsonField<Absent>, expected: string) => Absent;

/** Throws the caller's error at the first fault. An absent field is a fault. */
export function throwFault(errorOf: (field: JsonField, expected: string) => Error): OnFault<never> {
  return (field, expected) => {
    throw errorOf(field, expected);
  };
}

/**
 * Adds each fault to `faults` and treats the field as absent, so that one bad field does not hide the others. A field that
 * is undefined or null is absent, which is not a fault.
 */
export function collectFaults<Fault>(
  faults: Fault[],
  faultOf: (field: JsonField<undefined>, expected: string) => Fault,
): OnFault<undefined> {
  return (field, expected) => {
    if (field.value !== undefined && field.value !== null) {
      faults.push(faultOf(field, expected));
    }
    return undefined;
  };
}

/** Reads a member of an object. Its value is undefined if it is absent or only inherited from a prototype. */
export function memberOf<Absent extends undefined>(
  field: JsonField<Absent>,
  name: string,
): JsonField<Absent> {
  const object = objectOf(field);
  return {
    value: object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined,
    path: field.path === "" ? name : `${field.path}.${name}`,
    where: field.where,
    onFault: field.onFault,
  };
}

/** Reads an object with string keys. */
export function objectOf<Absent extends undefined>(
  field: JsonField<Absent>,
): Readonly<Record<string, unknown>> | Absent {
  return isObject(field.value) ? field.value : field.onFault(field, "an object");
}

/** Reads the items of a list as fields, each with its own path. */
export function itemsOf<Absent extends undefined>(
  field: JsonField<Absent>,
  maxLength: number = Number.POSITIVE_INFINITY,
): readonly JsonField<Absent>[] | Absent {
  const { value, path, where, onFault } = field;
  if (!Array.isArray(value) || value.length > maxLength) {
    return onFault(
      field,
      maxLength === Number.POSITIVE_INFINITY ? "a list" : `a list of at most ${maxLength}`,
    );
  }
  return value.map((item: unknown, i) => ({ value: item, path: `${path}[${i}]`, where, onFault }));
}

/** Reads a list whose items all pass `isItem`; `expected` describes such a list in messages. */
export function listOf<T, Absent extends undefined>(
  field: JsonField<Absent>,
  expected: string,
  isItem: (item: unknown) => item is T,
): readonly T[] | Absent {
  const { value } = field;
  return Array.isArray(value) && value.every(isItem) ? value : field.onFault(field, expected);
}

/** Reads a string; `expected` describes it in messages. */
export function stringOf<Absent extends undefined>(
  field: JsonField<Absent>,
  expected: string = "a string",
): string | Absent {
  return isString(field.value) ? field.value : field.onFault(field, expected);
}

/** Reads a string that must be one of `allowed`. */
export function oneOf<const T extends string, Absent extends undefined>(
  field: JsonField<Absent>,
  allowed: readonly T[],
): T | Absent {
  const found = allowed.find((name) => name === field.value);
  return found ?? field.onFault(field, allowed.map((name) => JSON.stringify(name)).join(" or "));
}

/** Reads a safe integer from `min` to `max`. */
export function integerOf<Absent extends undefined>(
  field: JsonField<Absent>,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number | Absent {
  const { value } = field;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
    ? value
    : field.onFault(field, `an integer from ${min} to ${max}`);
}

/** Reads an integer of any size, always as a bigint. */
export function bigintOf<Absent extends undefined>(field: JsonField<Absent>): bigint | Absent {
  const { value } = field;
  return typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))
    ? BigInt(value)
    : field.onFault(field, "an integer");
}

/** Reads a finite number. */
export function numberOf<Absent extends undefined>(field: JsonField<Absent>): number | Absent {
  return isFiniteNumber(field.value) ? field.value : field.onFault(field, "a finite number");
}

/** Reads a boolean. */
export function booleanOf<Absent extends undefined>(field: JsonField<Absent>): boolean | Absent {
  return typeof field.value === "boolean" ? field.value : field.onFault(field, "true or false");
}

/** True for a string. */
export function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** True for a number that is neither NaN nor infinite. */
export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
