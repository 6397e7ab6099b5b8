// JSON that keeps integers beyond 2^53, the text of numbers and the order of keys: one place to import it from.

export { nodeOf, plainValue } from "./plain-value.ts";
export { type SerializeLosslessOptions, serializeLossless } from "./serialize-lossless.ts";
export {
  deleteMember,
  getMember,
  isJsonNode,
  type JsonArrayNode,
  type JsonBooleanNode,
  type JsonNode,
  type JsonNullNode,
  type JsonNumberNode,
  type JsonObjectNode,
  type JsonStringNode,
  setMember,
} from "./tree/json-node.ts";
export { decodeJsonText, isJsonText, type JsonText, jsonText } from "./tree/json-text.ts";
export { type ParseLosslessOptions, parseLossless } from "./tree/parse-lossless.ts";
