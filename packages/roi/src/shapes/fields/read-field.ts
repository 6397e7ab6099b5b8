// Reads values of stored or given fields: a wrong value is an error with its path, never coerced.

import { RoiError } from "../../errors.ts";

const LONGEST_EXCERPT = 60;

/** True for an object with string keys, as `JSON.parse` returns it; false for an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads an object with string keys. Throws `invalid_argument` with the path. */
export function readRecord(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) {
    throw unexpected(path, "an object", value);
  }
  return value;
}

/**
 * Reads a safe integer of at least `min`, given as a number or as a bigint (from lossless JSON readers). Throws
 * `invalid_argument` with the path.
 */
export function readInteger(value: unknown, path: string, min: number = Number.MIN_SAFE_INTEGER): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < min) {
    const kind = min === Number.MIN_SAFE_INTEGER ? "a safe integer" : `a safe integer of at least ${min}`;
    throw unexpected(path, kind, value);
  }
  return number === 0 ? 0 : number;
}

/** Reads a finite number. Throws `invalid_argument` with the path. */
export function readFiniteNumber(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw unexpected(path, "a finite number", value);
  }
  return value;
}

/** Reads a string. Throws `invalid_argument` with the path. */
export function readText(value: unknown, path: string): string {
  if (typeof value !== "string") {
    throw unexpected(path, "a string", value);
  }
  return value;
}

/** The error for an unexpected value: where it is, what was expected, and what was found. */
export function unexpected(path: string, expected: string, found: unknown): RoiError {
  return new RoiError("invalid_argument", `${path}: expected ${expected}, found ${describe(found)}`, {
    path,
    expected,
    found,
  });
}

function describe(value: unknown): string {
  if (typeof value === "string") {
    const excerpt = value.length > LONGEST_EXCERPT ? `${value.slice(0, LONGEST_EXCERPT)}…` : value;
    return JSON.stringify(excerpt);
  }
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "an array" : "an object";
  }
  return typeof value === "function" || typeof value === "symbol" ? `a ${typeof value}` : String(value);
}
