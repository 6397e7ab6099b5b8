// Turns JSON as Python writes it into JSON that every program reads.

import { type JsonNode, nodeOf } from "@kym/zarr-store/json";

/** Replaces NaN and infinities, which standard JSON does not have, by null. What has none is returned as it is. */
export function withoutNonFinite(node: JsonNode): JsonNode {
  switch (node.kind) {
    case "number":
      return Number.isFinite(Number(node.text)) || /^-?\d+$/.test(node.text) ? node : nodeOf(null);
    case "array": {
      const items = node.items.map(withoutNonFinite);
      return items.every((item, index) => item === node.items[index]) ? node : nodeOf(items);
    }
    case "object": {
      const members = [...node.members].map(([key, member]) => [key, withoutNonFinite(member)] as const);
      return members.every(([key, member]) => member === node.members.get(key))
        ? node
        : nodeOf(Object.fromEntries(members));
    }
    default:
      return node;
  }
}
