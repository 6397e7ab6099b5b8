// Writes JSON files that people and Python read, without losing a digit or the order of keys.

import { nodeOf } from "./plain-value.ts";
import { writeJson } from "./tree/write-json.ts";

export interface SerializeLosslessOptions {
  /** Spaces per level. Default 2; 0 writes one line without spaces. */
  readonly indent?: number;
}

/**
 * Writes a node, a `JsonText` or a plain value as JSON.
 *
 * - The order of keys and the text of numbers are kept; a bigint is written as its digits.
 * - A plain number that is not a safe integer is written as a float (`1e+17`, `-0.0`), so that `plainValue` gives back a
 *   number and not a bigint.
 * - Non-ASCII characters are not escaped, `[]` and `{}` are compact, and no newline follows at the end.
 *
 * @throws {ZarrStoreError} `invalid_argument`, naming the path (`$.a[2].b`), for values that JSON cannot hold: NaN and
 * infinities (from legacy text too), undefined, functions, symbols, class instances, cycles, lone surrogates.
 */
export function serializeLossless(value: unknown, options: SerializeLosslessOptions = {}): string {
  return writeJson(nodeOf(value), {
    indent: " ".repeat(options.indent ?? 2),
    order: (members) => members,
    number: (text) => text,
  });
}
