// Writes JSON nodes as text, in the canonical and the readable format.

import type { JsonNode } from "./json-node.ts";
import { type JsonPath, jsonValueError } from "./json-path.ts";
import { maxJsonDepth } from "./parse-lossless.ts";

/** The choices in which the canonical and the readable format differ. */
export interface JsonFormat {
  /** The indentation of one level; empty writes one line without spaces. */
  readonly indent: string;
  /** Puts the members of an object in the order in which they are written. */
  readonly order: (members: ReadonlyMap<string, JsonNode>) => Iterable<readonly [string, JsonNode]>;
  /** Spells a finite number, given its source text. */
  readonly number: (text: string, path: JsonPath) => string;
}

/**
 * Writes a node. Strings are escaped as little as JSON allows, control characters as `\n` or `\u001f`, like
 * `JSON.stringify` and Python's `ensure_ascii=False`.
 *
 * @throws {ZarrStoreError} `invalid_argument`, naming the path, for NaN, infinities, lone surrogates and more than 64
 * levels.
 */
export function writeJson(node: JsonNode, format: JsonFormat): string {
  return write(node, format, "\n", []);
}

/** `lineBreak` is the newline and the indentation of the current level. */
function write(node: JsonNode, format: JsonFormat, lineBreak: string, path: (string | number)[]): string {
  switch (node.kind) {
    case "object": {
      const parts: string[] = [];
      const colon = format.indent === "" ? ":" : ": ";
      for (const [key, value] of format.order(node.members)) {
        path.push(key);
        parts.push(stringText(key, path) + colon + write(value, format, lineBreak + format.indent, path));
        path.pop();
      }
      return enclose("{", parts, "}", format, lineBreak, path);
    }
    case "array": {
      const parts: string[] = [];
      for (const [index, item] of node.items.entries()) {
        path.push(index);
        parts.push(write(item, format, lineBreak + format.indent, path));
        path.pop();
      }
      return enclose("[", parts, "]", format, lineBreak, path);
    }
    case "number":
      if (node.text === "NaN" || node.text.endsWith("Infinity")) {
        throw jsonValueError(path, "a finite number", node.text);
      }
      return format.number(node.text, path);
    case "string":
      return stringText(node.value, path);
    case "boolean":
      return String(node.value);
    case "null":
      return "null";
    default:
      return node satisfies never;
  }
}

function enclose(
  open: string,
  parts: readonly string[],
  close: string,
  format: JsonFormat,
  lineBreak: string,
  path: JsonPath,
): string {
  if (path.length >= maxJsonDepth) {
    throw jsonValueError(path, `at most ${maxJsonDepth} levels`, "one more");
  }
  if (format.indent === "" || parts.length === 0) {
    return open + parts.join(",") + close;
  }
  const inner = lineBreak + format.indent;
  return open + inner + parts.join(`,${inner}`) + lineBreak + close;
}

function stringText(value: string, path: JsonPath): string {
  if (!value.isWellFormed()) {
    throw jsonValueError(path, "Unicode text", "a lone surrogate");
  }
  return JSON.stringify(value);
}
