// The canonical spelling of a JSON value, which is what gets hashed.

import { compareCodePoints } from "./compare-code-points.ts";
import { isIntegerText, nodeOf } from "./plain-value.ts";
import { pythonFloatRepr } from "./python-float.ts";
import type { JsonNode } from "./tree/json-node.ts";
import { type JsonPath, jsonValueError } from "./tree/json-path.ts";
import { writeJson } from "./tree/write-json.ts";

/**
 * Writes the canonical spelling of a JSON value, for hashing: keys sorted by code point, no spaces, numbers by value.
 *
 * JSON text (a `JsonText` or a node) is spelled byte for byte as Python spells it with
 * `json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)`:
 *
 * - Integers are exact.
 * - Floats have the fewest digits that read back the same (`1.0`, `1e-07`, `1e+16`).
 * - A repeated key has its last value.
 *
 * A plain value cannot tell `1` from `1.0`: a safe integer is written as an int, any other number as a float. So hash the
 * text if you have it.
 *
 * @example
 * canonicalJson(jsonText('{"window": 16, "tiny": 1E-7}')); // {"tiny":1e-07,"window":16}
 * @throws {ZarrStoreError} `invalid_argument`, naming the path, for NaN, infinities (`1e400` is one), undefined and
 * anything else that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  return writeJson(nodeOf(value), { indent: "", order: sortMembers, number: canonicalNumber });
}

function sortMembers(members: ReadonlyMap<string, JsonNode>): readonly (readonly [string, JsonNode])[] {
  return [...members].sort(([a], [b]) => compareCodePoints(a, b));
}

function canonicalNumber(text: string, path: JsonPath): string {
  if (isIntegerText(text)) {
    return text === "-0" ? "0" : text;
  }
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw jsonValueError(path, "a finite number", text.slice(0, 40));
  }
  return pythonFloatRepr(value);
}
