/**
 * JSON that keeps every digit of its numbers and the order of its keys.
 *
 * @module
 */

export { canonicalJson } from "./canonical-json.ts";
export {
  bigintOf,
  booleanOf,
  collectFaults,
  isFiniteNumber,
  isString,
  itemsOf,
  type JsonField,
  listOf,
  memberOf,
  numberOf,
  type OnFault,
  objectOf,
  stringOf,
  throwFault,
} from "./json-field.ts";
export {
  decodeJsonText,
  deleteMember,
  getMember,
  isJsonText,
  type JsonArrayNode,
  type JsonBooleanNode,
  type JsonNode,
  type JsonNullNode,
  type JsonNumberNode,
  type JsonObjectNode,
  type JsonStringNode,
  nodeOf,
  type ParseLosslessOptions,
  parseLossless,
  plainValue,
  type SerializeLosslessOptions,
  serializeLossless,
  setMember,
} from "./lossless-json.ts";
