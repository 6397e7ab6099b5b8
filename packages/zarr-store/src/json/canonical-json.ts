import { compareCodePoints } from "./compare-code-points.ts";
import { isIntegerText, nodeOf } from "./plain-value.ts";
import { pythonFloatRepr } from "./python-float.ts";
import type { JsonNode } from "./tree/json-node.ts";
import { type JsonPath, jsonValueError } from "./tree/json-path.ts";
import { writeJson } from "./tree/write-json.ts";

/**
 * The one spelling of a JSON value, for hashing: keys sorted by code point, no spaces, numbers by value.
 *
 * For JSON text (a `JsonText` or a node) it equals, byte for byte, Python's
 * `json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)`: integers are
 * exact, floats are shortest (`1.0`, `1e-07`, `1e+16`), a repeated key has its last value.
 * In a plain value `1` and `1.0` cannot be told apart: a safe integer is an int, any other number a float.
 * Where the text is at hand, hash the text.
 *
 * @example
 * canonicalJson(jsonText('{"window": 16, "tiny": 1E-7}')); // {"tiny":1e-07,"window":16}
 * @throws {ZarrStoreError} `invalid_argument`, naming the path, for NaN and infinities (`1e400` is one), undefined
 * and whatever else JSON cannot hold.
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
