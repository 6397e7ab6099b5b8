// A strict JSON parser that keeps the text of numbers and the order of keys.

import { ZarrStoreError } from "../../errors.ts";
import { formatUnit, readJsonEscape } from "./json-escape.ts";
import { type JsonNode, jsonNodeBrand } from "./json-node.ts";

/** The most levels of nested arrays and objects, when reading and when writing. */
export const maxJsonDepth = 64;

/** The limit of Python 3.11, so that no text makes the conversion to a bigint slow. */
const maxIntegerDigits = 4300;

export interface ParseLosslessOptions {
  /** Whether `NaN`, `Infinity` and `-Infinity`, which Python writes, are accepted. Default false; true for legacy JSON. */
  readonly allowNonFinite?: boolean;
  /** What to do with a repeated key in an object. Default `lastWins`, as in Python. */
  readonly duplicateKeys?: "lastWins" | "error";
  /** The longest text accepted, in UTF-16 code units. Default 256 Mi. */
  readonly maxLength?: number;
  /** The most values, arrays and objects accepted. Each takes up to 200 bytes of memory. Default: as many as there are. */
  readonly maxNodes?: number | undefined;
  /** The name of the file or key, for messages. */
  readonly where?: string | undefined;
}

/**
 * Parses JSON without loss: numbers keep their text and objects the order of their keys.
 *
 * It is strict by RFC 8259, except that a leading byte order mark is dropped. Lone surrogates and more than 64 levels are
 * refused.
 *
 * @example
 * serializeLossless(parseLossless('{"t": 1.0, "ns": 1771700000123456789}'), { indent: 0 });
 *
 * @throws {ZarrStoreError} `invalid_file`, with the line and column (from 1) and what was expected and found.
 */
export function parseLossless(text: string, options: ParseLosslessOptions = {}): JsonNode {
  const maxLength = options.maxLength ?? 256 * 1024 * 1024;
  if (text.length > maxLength) {
    const name = options.where === undefined ? "JSON text" : `JSON text of ${options.where}`;
    throw new ZarrStoreError(
      "invalid_file",
      `${name} is ${text.length} characters long, at most ${maxLength}`,
      {
        ...(options.where === undefined ? {} : { path: options.where }),
        expected: maxLength,
        found: text.length,
      },
    );
  }
  return new Parser(text, options).document();
}

const nullNode: JsonNode = { [jsonNodeBrand]: true, kind: "null" };
const trueNode: JsonNode = { [jsonNodeBrand]: true, kind: "boolean", value: true };
/** All empty objects are one: each of its own would take a hundred times the two characters of its text. */
const emptyObject: JsonNode = { [jsonNodeBrand]: true, kind: "object", members: new Map() };
const falseNode: JsonNode = { [jsonNodeBrand]: true, kind: "boolean", value: false };

const words: readonly (readonly [word: string, node: JsonNode])[] = [
  ["true", trueNode],
  ["false", falseNode],
  ["null", nullNode],
];

const nonFiniteWords: readonly string[] = ["NaN", "Infinity", "-Infinity"];

const numberPattern = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

/** Parses one text in one pass and holds the position. */
class Parser {
  readonly #text: string;
  readonly #options: ParseLosslessOptions;
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string, options: ParseLosslessOptions) {
    this.#text = text;
    this.#options = options;
  }

  document(): JsonNode {
    if (!this.#text.isWellFormed()) {
      throw this.#error(loneSurrogateAt(this.#text), "Unicode text", "a lone surrogate");
    }
    if (this.#text.charCodeAt(0) === 0xfeff) {
      this.#at = 1;
    }
    const node = this.#value("a value");
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      throw this.#unexpected("the end of the text");
    }
    return node;
  }

  #value(expected: string): JsonNode {
    this.#skipSpace();
    this.#nodes += 1;
    if (this.#nodes > (this.#options.maxNodes ?? Number.POSITIVE_INFINITY)) {
      throw this.#error(this.#at, `at most ${this.#options.maxNodes} values`, "one more");
    }
    const code = this.#text.charCodeAt(this.#at);
    if (code === 0x22) {
      return { [jsonNodeBrand]: true, kind: "string", value: this.#string() };
    }
    if (code === 0x7b) {
      return this.#object();
    }
    if (code === 0x5b) {
      return this.#array();
    }
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      return this.#number();
    }
    for (const [word, node] of words) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return node;
      }
    }
    return this.#nonFinite(expected);
  }

  #object(): JsonNode {
    this.#enter();
    if (this.#skip(0x7d)) {
      this.#depth -= 1;
      return emptyObject;
    }
    const members = new Map<string, JsonNode>();
    do {
      this.#skipSpace();
      const keyAt = this.#at;
      if (this.#text.charCodeAt(keyAt) !== 0x22) {
        throw this.#unexpected(members.size === 0 ? 'a key or "}"' : "a key");
      }
      const key = this.#string();
      if (this.#options.duplicateKeys === "error" && members.has(key)) {
        throw this.#error(keyAt, "each key once", `the key ${JSON.stringify(key)} again`);
      }
      if (!this.#skip(0x3a)) {
        throw this.#unexpected('":"');
      }
      members.set(key, this.#value("a value"));
    } while (this.#skip(0x2c));
    if (!this.#skip(0x7d)) {
      throw this.#unexpected('"," or "}"');
    }
    this.#depth -= 1;
    return { [jsonNodeBrand]: true, kind: "object", members };
  }

  #array(): JsonNode {
    this.#enter();
    const items: JsonNode[] = [];
    if (!this.#skip(0x5d)) {
      do {
        items.push(this.#value(items.length === 0 ? 'a value or "]"' : "a value"));
      } while (this.#skip(0x2c));
      if (!this.#skip(0x5d)) {
        throw this.#unexpected('"," or "]"');
      }
    }
    this.#depth -= 1;
    return { [jsonNodeBrand]: true, kind: "array", items };
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > maxJsonDepth) {
      throw this.#error(this.#at, `at most ${maxJsonDepth} levels`, "one more");
    }
    this.#at += 1;
  }

  #number(): JsonNode {
    numberPattern.lastIndex = this.#at;
    const match = numberPattern.exec(this.#text);
    if (match === null) {
      return this.#nonFinite("a number");
    }
    const [text, whole = "", fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined && whole.length > maxIntegerDigits) {
      throw this.#error(
        this.#at,
        `an integer of at most ${maxIntegerDigits} digits`,
        `${whole.length} digits`,
      );
    }
    this.#at += text.length;
    const next = this.#text.charCodeAt(this.#at);
    // The pattern stops where a bad number such as `01`, `1.` or `1e` goes wrong.
    if (next === 0x2e || next === 0x45 || next === 0x65 || (next >= 0x30 && next <= 0x39)) {
      throw this.#unexpected("the end of a number");
    }
    return { [jsonNodeBrand]: true, kind: "number", text };
  }

  #nonFinite(expected: string): JsonNode {
    const text = nonFiniteWords.find((word) => this.#text.startsWith(word, this.#at));
    if (text === undefined) {
      throw this.#unexpected(expected);
    }
    if (this.#options.allowNonFinite !== true) {
      throw this.#error(this.#at, "a finite number", text);
    }
    this.#at += text.length;
    return { [jsonNodeBrand]: true, kind: "number", text };
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let value = "";
    let from = start;
    for (let at = start; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return from === start ? text.slice(start, at) : value + text.slice(from, at);
      }
      if (code < 0x20) {
        throw this.#error(
          at,
          "a character of a string",
          `an unescaped control character ${formatUnit(code)}`,
        );
      }
      if (code === 0x5c) {
        const { character, end } = readJsonEscape(text, at, this.#error);
        value += text.slice(from, at) + character;
        from = end;
        at = end - 1;
      }
    }
    throw this.#error(
      text.length,
      `a quote that ends the string of ${position(text, start - 1)}`,
      "the end of the text",
    );
  }

  #skip(code: number): boolean {
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== code) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return;
      }
      this.#at += 1;
    }
  }

  #unexpected(expected: string): ZarrStoreError {
    const found = this.#text.codePointAt(this.#at);
    return this.#error(
      this.#at,
      expected,
      found === undefined ? "the end of the text" : JSON.stringify(String.fromCodePoint(found)),
    );
  }

  readonly #error = (at: number, expected: string, found: string): ZarrStoreError => {
    const { where } = this.#options;
    const place = `${position(this.#text, at)}${where === undefined ? "" : ` of ${where}`}`;
    return new ZarrStoreError("invalid_file", `not JSON at ${place}: expected ${expected}, found ${found}`, {
      ...(where === undefined ? {} : { path: where }),
      expected,
      found,
    });
  };
}

function position(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

function loneSurrogateAt(text: string): number {
  // With the flag `u` a surrogate pair is one character, so only lone surrogates match.
  return text.search(/[\ud800-\udfff]/u);
}
