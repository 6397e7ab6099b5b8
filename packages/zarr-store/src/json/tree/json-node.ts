import { ZarrStoreError } from "../../errors.ts";

/**
 * Marks the nodes made here, so that a document which happens to hold `{"kind": "number", …}` is never
 * taken for a node. A registered symbol: nodes of two copies of this package are the same.
 */
export const jsonNodeBrand: unique symbol = Symbol.for("@kym/zarr-store/json-node");

interface Branded {
  readonly [jsonNodeBrand]: true;
}

/** Members in the order of the text. As in Python, a repeated key keeps its first place and its last value. */
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

/** A number as it was written: `1.0`, `1e-07`, `1771700000123456789`; `NaN`, `Infinity`, `-Infinity` from legacy text. */
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

/** A JSON value that keeps what plain values lose: the text of numbers and the order of keys. Immutable. */
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

/** The value of a key of an object node; `undefined` where there is none or `node` is no object. */
export function getMember(node: JsonNode, key: string): JsonNode | undefined {
  return node.kind === "object" ? node.members.get(key) : undefined;
}

/**
 * A copy of an object node with one key set: in its place if it is there, else at the end. All else is shared.
 * @throws {ZarrStoreError} `invalid_argument` if `node` is no object.
 */
export function setMember(node: JsonNode, key: string, value: JsonNode): JsonObjectNode {
  return { [jsonNodeBrand]: true, kind: "object", members: new Map(membersOf(node)).set(key, value) };
}

/**
 * A copy of an object node without one key; the node itself where it has no such key.
 * @throws {ZarrStoreError} `invalid_argument` if `node` is no object.
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
