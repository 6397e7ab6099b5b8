import { isObject } from "./is-object.ts";

/**
 * A plain value met in a JSON document, with the way to it and what becomes of a fault. `Absent` is what a reader gives
 * in place of a value of another type: nothing (`never`) where a fault is thrown, undefined where it is collected.
 * A {@link JsonNode} is another thing: it keeps the text of numbers.
 */
export interface JsonField<Absent extends undefined = never> {
  readonly value: unknown;
  /** The path inside the document (`codecs[0].name`), empty for the whole. */
  readonly path: string;
  /** The document's own key, URL or name. */
  readonly where: string;
  readonly onFault: OnFault<Absent>;
}

/** What becomes of a field that is not the `expected` one: {@link throwFault} or {@link collectFaults}. */
export type OnFault<Absent extends undefined> = (field: JsonField<Absent>, expected: string) => Absent;

/** Throws the caller's error at the first fault. What is absent is a fault. */
export function throwFault(errorOf: (field: JsonField, expected: string) => Error): OnFault<never> {
  return (field, expected) => {
    throw errorOf(field, expected);
  };
}

/**
 * Adds each fault to `faults` and takes the field as absent, so that one bad field does not hide the others. What is
 * undefined or null is absent already, and no fault.
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

/** A member of an object; its value is undefined if it is absent. What a prototype has is no member. */
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

/** An object with string keys. */
export function objectOf<Absent extends undefined>(
  field: JsonField<Absent>,
): Readonly<Record<string, unknown>> | Absent {
  return isObject(field.value) ? field.value : field.onFault(field, "an object");
}

/** The items of a list, each with its own path. */
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

/** A list whose items all are what `isItem` asks for; `expected` says it. */
export function listOf<T, Absent extends undefined>(
  field: JsonField<Absent>,
  expected: string,
  isItem: (item: unknown) => item is T,
): readonly T[] | Absent {
  const { value } = field;
  return Array.isArray(value) && value.every(isItem) ? value : field.onFault(field, expected);
}

/** A string; `expected` is the document's own word for it. */
export function stringOf<Absent extends undefined>(
  field: JsonField<Absent>,
  expected: string = "a string",
): string | Absent {
  return isString(field.value) ? field.value : field.onFault(field, expected);
}

/** One of the strings `allowed`. */
export function oneOf<const T extends string, Absent extends undefined>(
  field: JsonField<Absent>,
  allowed: readonly T[],
): T | Absent {
  const found = allowed.find((name) => name === field.value);
  return found ?? field.onFault(field, allowed.map((name) => JSON.stringify(name)).join(" or "));
}

/** A safe integer from `min` to `max`. */
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

/** An integer of any size, a bigint where it is not safe as a number. */
export function bigintOf<Absent extends undefined>(field: JsonField<Absent>): bigint | Absent {
  const { value } = field;
  return typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))
    ? BigInt(value)
    : field.onFault(field, "an integer");
}

/** A finite number. */
export function numberOf<Absent extends undefined>(field: JsonField<Absent>): number | Absent {
  return isFiniteNumber(field.value) ? field.value : field.onFault(field, "a finite number");
}

/** True or false. */
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
