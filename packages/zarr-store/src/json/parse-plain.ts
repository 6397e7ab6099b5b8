import { plainValue } from "./plain-value.ts";
import { maxJsonDepth, parseLossless } from "./tree/parse-lossless.ts";

/**
 * What `plainValue(parseLossless(text, {duplicateKeys: "error"}))` gives, in a tenth of the time for large text without
 * spaces, as we write it: by `JSON.parse`, wherever it is certain that this gives the same.
 *
 * @throws {ZarrStoreError} `invalid_file`, as {@link parseLossless}.
 */
export function parsePlain(text: string): unknown {
  const value = parseAlike(text);
  return value === undefined ? plainValue(parseLossless(text, { duplicateKeys: "error" })) : value;
}

/** What JavaScript would read otherwise: escapes, among them lone surrogates, and space, which hides how many keys there are. */
const UNCERTAIN = ["\\", '" ', '"\t', '"\n', '"\r'];

function parseAlike(text: string): unknown {
  if (UNCERTAIN.some((part) => text.includes(part)) || !text.isWellFormed()) {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  // Without escapes and space, every key ends in `":`. Where there are fewer after parsing, one came twice.
  const keys = countKeys(value, 0);
  return keys === countKeyEnds(text) ? value : undefined;
}

/** NaN if there is something that is not read alike: an integer beyond 2^53, a negative zero, too many levels. */
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
    // Most are text: no call for those.
    if (typeof item !== "string") {
      keys += countKeys(item, depth + 1);
    }
  }
  return keys;
}

function isReadAlike(value: number): boolean {
  return Number.isSafeInteger(value) ? !Object.is(value, -0) : !Number.isInteger(value);
}

function countKeyEnds(text: string): number {
  let ends = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) {
    ends += 1;
  }
  return ends;
}
