// Turns JSON as Python writes it into JSON that every program reads.

import { type JsonNode, nodeOf } from "@kym/zarr-store/json";

/** Replaces NaN and infinities, which standard JSON does not have, by null. */
export function withoutNonFinite(node: JsonNode): JsonNode {
  switch (node.kind) {
    case "number":
      return Number.isFinite(Number(node.text)) || /^-?\d+$/.test(node.text) ? node : nodeOf(null);
    case "array":
      return nodeOf(node.items.map(withoutNonFinite));
    case "object":
      return nodeOf(
        Object.fromEntries([...node.members].map(([key, member]) => [key, withoutNonFinite(member)])),
      );
    default:
      return node;
  }
}
