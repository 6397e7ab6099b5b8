// Reads lab JSON, and single members of it, with errors that name the file's kind and the place in it.

import { getMember, type JsonNode, parseLossless } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import { MAX_SIDECAR_NODES } from "../../sidecar-limits.ts";

/**
 * Reads a JSON object as Python writes it: `NaN`, `Infinity` and a byte order mark are accepted. The result is a tree of
 * nodes, not plain values, so that numbers keep their spelling.
 * @throws {LegacyIoError} `invalid_file`, naming line and column, for anything but a JSON object
 */
export function parseLegacyJson(source: string | Uint8Array, what: string): JsonNode {
  const node = parseAny(source, what);
  if (node.kind !== "object") {
    throw unexpectedNode(what, "$", "an object", node);
  }
  return node;
}

function parseAny(source: string | Uint8Array, what: string): JsonNode {
  try {
    const text =
      typeof source === "string" ? source : new TextDecoder("utf-8", { fatal: true }).decode(source);
    return parseLossless(text, { allowNonFinite: true, where: what, maxNodes: MAX_SIDECAR_NODES });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LegacyIoError("invalid_file", `${what} is not valid JSON: ${reason}`, { cause });
  }
}

/** The members of an object, in the file's order. Throws `invalid_file`, with the path, for anything else. */
export function membersOf(node: JsonNode, what: string, path: string): ReadonlyMap<string, JsonNode> {
  if (node.kind !== "object") {
    throw unexpectedNode(what, path, "an object", node);
  }
  return node.members;
}

/** A member, or undefined if it is absent or null. */
export function presentMember(node: JsonNode, key: string): JsonNode | undefined {
  const member = getMember(node, key);
  return member?.kind === "null" ? undefined : member;
}

/** A string, or undefined if it is absent or null. Throws `invalid_file` with the path for anything else. */
export function textMember(node: JsonNode, key: string, what: string, path: string): string | undefined {
  const member = presentMember(node, key);
  if (member !== undefined && member.kind !== "string") {
    throw unexpectedNode(what, `${path}.${key}`, "a string", member);
  }
  return member?.value;
}

/** A safe integer (`12` or `12.0`), or undefined if it is absent, null or NaN. */
export function integerMember(node: JsonNode, key: string, what: string, path: string): number | undefined {
  const value = numberMember(node, key, what, path);
  if (value !== undefined && !Number.isSafeInteger(value)) {
    throw new LegacyIoError(
      "invalid_file",
      `${what}: expected an integer at ${path}.${key}, found ${value}`,
      {
        expected: "an integer",
        found: value,
      },
    );
  }
  return value;
}

/** A number, or undefined if it is absent, null or NaN: Python programs write all three for a missing number. */
export function numberMember(node: JsonNode, key: string, what: string, path: string): number | undefined {
  const member = presentMember(node, key);
  if (member === undefined) {
    return undefined;
  }
  if (member.kind !== "number") {
    throw unexpectedNode(what, `${path}.${key}`, "a number", member);
  }
  const value = Number(member.text);
  return Number.isNaN(value) ? undefined : value;
}

/** True or false, or undefined if it is absent or null. */
export function booleanMember(node: JsonNode, key: string, what: string, path: string): boolean | undefined {
  const member = presentMember(node, key);
  if (member !== undefined && member.kind !== "boolean") {
    throw unexpectedNode(what, `${path}.${key}`, "true or false", member);
  }
  return member?.value;
}

export function unexpectedNode(what: string, path: string, expected: string, found: JsonNode): LegacyIoError {
  return new LegacyIoError("invalid_file", `${what}: expected ${expected} at ${path}, found ${found.kind}`, {
    expected,
    found: found.kind,
  });
}
