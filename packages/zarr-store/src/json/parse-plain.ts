// Parses large JSON files of our own quickly, where `JSON.parse` is certain to lose nothing.

import { plainValue } from "./plain-value.ts";
import { maxJsonDepth, parseLossless } from "./tree/parse-lossless.ts";

/**
 * Parses JSON text to a plain value, like `plainValue(parseLossless(text, { duplicateKeys: "error" }))`.
 *
 * It calls `JSON.parse` if the result is certain to be the same. For large text without spaces, which is what we write,
 * that takes a tenth of the time.
 *
 * @throws {ZarrStoreError} `invalid_file`, as {@link parseLossless}.
 */
export function parsePlain(text: string): unknown {
  const value = parseAlike(text);
  return value === undefined ? plainValue(parseLossless(text, { duplicateKeys: "error" })) : value;
}

/**
 * Text for which `JSON.parse` may give another result: an escape may be a lone surrogate, and a space after a key makes
 * the count of keys unreliable.
 */
const UNCERTAIN = "\\";
const SPACES = [" ", "\t", "\n", "\r"];

/** Most of our text has no space at all, which is found out sooner than that none follows a quotation mark. */
function isUncertain(text: string): boolean {
  return (
    text.includes(UNCERTAIN) || SPACES.some((space) => text.includes(space) && text.includes(`"${space}`))
  );
}

function parseAlike(text: string): unknown {
  if (isUncertain(text) || !text.isWellFormed()) {
    return undefined;
  }
  let value: unknown;
  try {
    value = parseWithLongIntegers(text);
  } catch {
    return undefined;
  }
  // Without escapes and spaces every key ends in `":`. If fewer keys are left after parsing, one was repeated.
  const keys = countKeys(value, 0);
  return keys === countKeyEnds(text) ? value : undefined;
}

/** Counts keys; NaN if something is read differently: an integer beyond 2^53, a negative zero, too many levels. */
/**
 * An integer that may lie beyond 2^53, such as a time in nanoseconds. One of still more digits is left to the other parser. Where
 * digits within a text match, `JSON.parse` refuses what they are replaced by, and the other parser reads it.
 */
const LONG_INTEGER = /([:,[])(-?[1-9]\d{15,39})(?=[,}\]])/g;
/** No text of the file begins with it: it would have to be escaped, and {@link UNCERTAIN} escapes are not read here. */
const MARK = "\u0000";

/** Parses JSON without escapes; long integers become bigints unless they are safe. @throws {SyntaxError} */
function parseWithLongIntegers(text: string): unknown {
  let hasLong = false;
  const marked = text.replaceAll(LONG_INTEGER, (_, before: string, digits: string) => {
    hasLong = true;
    return `${before}"\\u0000${digits}"`;
  });
  const value: unknown = JSON.parse(marked);
  return hasLong ? unmarked(value, 0) : value;
}

/** @throws {RangeError} for a value that nests more deeply than is read */
function unmarked(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (depth > maxJsonDepth) {
    throw new RangeError("nests too deeply");
  }
  for (const key of Object.keys(value)) {
    const item: unknown = Reflect.get(value, key);
    if (typeof item === "object") {
      unmarked(item, depth + 1);
    } else if (typeof item === "string" && item.startsWith(MARK)) {
      // JSON.parse made the member, so this sets it, whatever it is called.
      Reflect.set(value, key, integerOf(item.slice(MARK.length)));
    }
  }
  return value;
}

function integerOf(digits: string): bigint | number {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) {
    return typeof value !== "number" || isReadAlike(value) ? 0 : Number.NaN;
  }
  if (depth >= maxJsonDepth) {
    return Number.NaN;
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let keys = Array.isArray(value) ? 0 : items.length;
  for (const item of items) {
    // Most items are strings; skip the call for those.
    if (typeof item !== "string") {
      keys += countKeys(item, depth + 1);
    }
  }
  return keys;
}

function isReadAlike(value: number): boolean {
  return Number.isSafeInteger(value) ? !Object.is(value, -0) : !Number.isInteger(value);
}

const QUOTE = 0x22;

function countKeyEnds(text: string): number {
  let ends = 0;
  // There are fewer colons than quotation marks, so one is looked for, and then what is before it.
  for (let at = text.indexOf(":"); at >= 0; at = text.indexOf(":", at + 1)) {
    ends += text.charCodeAt(at - 1) === QUOTE ? 1 : 0;
  }
  return ends;
}
