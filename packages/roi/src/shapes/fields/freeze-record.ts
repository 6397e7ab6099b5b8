// Copies and freezes the extra keys that a ROI carries, so that callers cannot change them later.

import { RoiError } from "../../errors.ts";

const DEEPEST = 200;

/**
 * Returns a frozen copy of an object of JSON values. Values that are frozen already, and values that are
 * neither arrays nor plain objects, are not copied. Throws `invalid_argument` for more than 200 levels, and so
 * for a cycle.
 */
export function freezeRecord(
  record: Readonly<Record<string, unknown>>,
  path: string,
): Readonly<Record<string, unknown>> {
  return Object.isFrozen(record) ? record : copyRecord(record, path, 0);
}

function copyRecord(
  record: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
): Readonly<Record<string, unknown>> {
  // `fromEntries` defines a key `__proto__`; an assignment would set the prototype.
  const entries = Object.entries(record).map(
    ([key, value]) => [key, copyValue(value, path, depth + 1)] as const,
  );
  return Object.freeze(Object.fromEntries(entries));
}

function copyValue(value: unknown, path: string, depth: number): unknown {
  if (depth > DEEPEST) {
    throw new RoiError("invalid_argument", `${path}: expected at most ${DEEPEST} levels, found more`, {
      path,
      expected: DEEPEST,
    });
  }
  if (Array.isArray(value)) {
    return Object.isFrozen(value)
      ? value
      : Object.freeze(value.map((item) => copyValue(item, path, depth + 1)));
  }
  return isPlainObject(value) && !Object.isFrozen(value) ? copyRecord(value, path, depth) : value;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
