import { nodeOf } from "./plain-value.ts";
import { writeJson } from "./tree/write-json.ts";

export interface SerializeLosslessOptions {
  /** Spaces for each level, default 2; 0 writes one line without spaces. */
  readonly indent?: number;
}

/**
 * Writes a node, a `JsonText` or a plain value as JSON: the order of keys and the text of numbers kept,
 * bigints as digits, non-ASCII as it is, `[]` and `{}` compact, no newline at the end. A number that is no
 * safe integer is written as a float (`1e+17`, `-0.0`), so that `plainValue` gives back a number and no bigint.
 * @throws {ZarrStoreError} `invalid_argument`, naming the path (`$.a[2].b`), for what JSON cannot hold: NaN and
 * infinities (those of legacy text too), undefined, functions, symbols, class instances, cycles, lone surrogates.
 */
export function serializeLossless(value: unknown, options: SerializeLosslessOptions = {}): string {
  return writeJson(nodeOf(value), {
    indent: " ".repeat(options.indent ?? 2),
    order: (members) => members,
    number: (text) => text,
  });
}
