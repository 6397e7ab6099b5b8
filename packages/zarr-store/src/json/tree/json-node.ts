// The JSON tree that keeps the text of numbers and the order of keys.

import { ZarrStoreError } from "../../errors.ts";

/**
 * Marks the nodes of this package, so that a document with `{"kind": "number", …}` in it is never mistaken for a node.
 * The symbol is registered: two copies of this package know each other's nodes.
 */
export const jsonNodeBrand: unique symbol = Symbol.for("@kym/zarr-store/json-node");

interface Branded {
  readonly [jsonNodeBrand]: true;
}

/** An object, its members in the order of the text. As in Python, a repeated key keeps its first place and last value. */
export interface JsonObjectNode extends Branded {
  readonly kind: "object";
  readonly members: ReadonlyMap<string, JsonNode>;
}

export interface JsonArrayNode extends Branded {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export interface JsonStringNode extends Branded {
  readonly kind: "string";
  readonly value: string;
}

/**
 * A number in its original spelling: `1.0`, `1e-07`, `1771700000123456789`. Legacy text may also hold `NaN`, `Infinity`
 * and `-Infinity`.
 */
export interface JsonNumberNode extends Branded {
  readonly kind: "number";
  readonly text: string;
}

export interface JsonBooleanNode extends Branded {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface JsonNullNode extends Branded {
  readonly kind: "null";
}

/** A JSON value that keeps the text of numbers and the order of keys, which plain values lose. Immutable. */
export type JsonNode =
  | JsonObjectNode
  | JsonArrayNode
  | JsonStringNode
  | JsonNumberNode
  | JsonBooleanNode
  | JsonNullNode;

/** True for a node made by this package, false for plain data of the same shape. */
export function isJsonNode(value: unknown): value is JsonNode {
  return typeof value === "object" && value !== null && jsonNodeBrand in value;
}

/** Returns the value of a key; undefined if `node` does not have the key or is not an object. */
export function getMember(node: JsonNode, key: string): JsonNode | undefined {
  return node.kind === "object" ? node.members.get(key) : undefined;
}

/**
 * Copies an object node and sets one key: a key that is present keeps its place, a new one goes to the end. The other
 * members are shared with `node`.
 *
 * @throws {ZarrStoreError} `invalid_argument` if `node` is not an object.
 */
export function setMember(node: JsonNode, key: string, value: JsonNode): JsonObjectNode {
  return { [jsonNodeBrand]: true, kind: "object", members: new Map(membersOf(node)).set(key, value) };
}

/**
 * Copies an object node without one key; returns the node itself if it does not have the key.
 *
 * @throws {ZarrStoreError} `invalid_argument` if `node` is not an object.
 */
export function deleteMember(node: JsonNode, key: string): JsonNode {
  const members = new Map(membersOf(node));
  return members.delete(key) ? { [jsonNodeBrand]: true, kind: "object", members } : node;
}

function membersOf(node: JsonNode): ReadonlyMap<string, JsonNode> {
  if (node.kind !== "object") {
    throw new ZarrStoreError("invalid_argument", `expected a JSON object, found ${node.kind}`, {
      expected: "object",
      found: node.kind,
    });
  }
  return node.members;
}
