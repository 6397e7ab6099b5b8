// Writes JSON as acqstore does: keys sorted, two spaces, no character beyond ASCII.

import { type JsonNode, nodeOf, serializeLossless } from "@kym/zarr-store/json";
import { withoutNonFinite } from "../../formats/json/without-non-finite.ts";

/** Encodes a document. Numbers of a document that was read keep their text; NaN becomes null. */
export function encodeAcqstoreJson(document: JsonNode): Uint8Array<ArrayBuffer> {
  const text = serializeLossless(sorted(withoutNonFinite(document)));
  return new TextEncoder().encode(
    text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}

function sorted(node: JsonNode): JsonNode {
  switch (node.kind) {
    case "array":
      return nodeOf(node.items.map(sorted));
    case "object": {
      const members = [...node.members].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return nodeOf(Object.fromEntries(members.map(([key, member]) => [key, sorted(member)])));
    }
    default:
      return node;
  }
}
