// Converts between JSON nodes, which lose nothing, and plain JavaScript values.

import { jsonNumberText } from "./python-float.ts";
import { isJsonNode, type JsonNode, jsonNodeBrand } from "./tree/json-node.ts";
import { jsonValueError } from "./tree/json-path.ts";
import { isJsonText } from "./tree/json-text.ts";
import { maxJsonDepth, parseLossless } from "./tree/parse-lossless.ts";

/**
 * Converts a node to a plain value.
 *
 * - An integer becomes a number if that is exact (within ±(2^53 − 1)), otherwise a bigint.
 * - A number with a point or an exponent becomes a number.
 * - Objects are ordinary objects: JavaScript puts integer-like keys first. `__proto__` is a key like any other.
 */
export function plainValue(node: JsonNode): unknown {
  switch (node.kind) {
    case "object": {
      const object: Record<string, unknown> = {};
      for (const [key, value] of node.members) {
        setOwn(object, key, plainValue(value));
      }
      return object;
    }
    case "array":
      return node.items.map(plainValue);
    case "number":
      return plainNumber(node.text);
    case "string":
    case "boolean":
      return node.value;
    case "null":
      return null;
    default:
      return node satisfies never;
  }
}

/** True if the text of a number is an integer to Python: no point, no exponent. */
export function isIntegerText(text: string): boolean {
  return /^-?[0-9]+$/.test(text);
}

function plainNumber(text: string): number | bigint {
  const value = Number(text);
  if (!isIntegerText(text)) {
    return value;
  }
  // The integer `-0` is 0.
  return Number.isSafeInteger(value) ? value || 0 : BigInt(text);
}

function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/**
 * Converts a plain value to a node: null, booleans, strings, finite numbers, bigints, arrays and plain objects.
 *
 * At any depth, a `JsonText` is parsed and a node is kept, so a value may be put together from all of them.
 *
 * @throws {ZarrStoreError} `invalid_argument`, naming the path (`$.a[2].b`), for anything else: NaN, undefined,
 * a function, a Date, a cycle, a lone surrogate, more than 64 levels.
 */
export function nodeOf(value: unknown): JsonNode {
  return buildNode(value, [], []);
}

function buildNode(value: unknown, path: (string | number)[], parents: object[]): JsonNode {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) {
        throw jsonValueError(path, "Unicode text", "a lone surrogate");
      }
      return { [jsonNodeBrand]: true, kind: "string", value };
    case "number":
      if (!Number.isFinite(value)) {
        throw jsonValueError(path, "a finite number", String(value));
      }
      return { [jsonNodeBrand]: true, kind: "number", text: jsonNumberText(value) };
    case "bigint":
      return { [jsonNodeBrand]: true, kind: "number", text: String(value) };
    case "boolean":
      return { [jsonNodeBrand]: true, kind: "boolean", value };
    case "object":
      return value === null ? { [jsonNodeBrand]: true, kind: "null" } : buildContainer(value, path, parents);
    default:
      throw jsonValueError(path, "a JSON value", typeof value);
  }
}

function buildContainer(value: object, path: (string | number)[], parents: object[]): JsonNode {
  if (isJsonNode(value)) {
    return value;
  }
  if (isJsonText(value)) {
    return parseLossless(value.text, { allowNonFinite: true });
  }
  if (parents.includes(value)) {
    throw jsonValueError(path, "a tree", "a cycle");
  }
  if (parents.length >= maxJsonDepth) {
    throw jsonValueError(path, `at most ${maxJsonDepth} levels`, "one more");
  }
  parents.push(value);
  const node = Array.isArray(value) ? buildArray(value, path, parents) : buildObject(value, path, parents);
  parents.pop();
  return node;
}

function buildArray(value: readonly unknown[], path: (string | number)[], parents: object[]): JsonNode {
  const items: JsonNode[] = [];
  for (let index = 0; index < value.length; index += 1) {
    path.push(index);
    items.push(buildNode(value[index], path, parents));
    path.pop();
  }
  return { [jsonNodeBrand]: true, kind: "array", items };
}

function buildObject(value: object, path: (string | number)[], parents: object[]): JsonNode {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm has that realm's `Object.prototype`, whose own prototype is null.
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    throw jsonValueError(path, "a JSON value", `an instance of ${value.constructor.name}`);
  }
  const members = new Map<string, JsonNode>();
  for (const [key, member] of Object.entries(value)) {
    path.push(key);
    if (!key.isWellFormed()) {
      throw jsonValueError(path, "Unicode text", "a key with a lone surrogate");
    }
    members.set(key, buildNode(member, path, parents));
    path.pop();
  }
  return { [jsonNodeBrand]: true, kind: "object", members };
}
