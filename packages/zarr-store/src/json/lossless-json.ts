/** JSON that keeps integers beyond 2^53, the text of numbers and the order of keys. */
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
} from "./json-node.ts";
export { decodeJsonText, isJsonText, type JsonText, jsonText } from "./json-text.ts";
export { type ParseLosslessOptions, parseLossless } from "./parse-lossless.ts";
export { nodeOf, plainValue } from "./plain-value.ts";
export { type SerializeLosslessOptions, serializeLossless } from "./serialize-lossless.ts";
