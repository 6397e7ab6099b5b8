/** JSON of Python's as the JSON that other programs read. */
import { type JsonNode, nodeOf } from "@kym/zarr-store/json";

/** What we write is JSON: a NaN or an infinity of Python's becomes null, which says the same, "no number". */
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
