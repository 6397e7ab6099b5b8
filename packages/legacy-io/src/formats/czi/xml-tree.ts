// Reads an XML document of a microscope into a tree, within bounds.

import { LegacyIoError } from "../../errors.ts";

/** An element. Its text is that of its own, without that of its children. */
export interface XmlElement {
  /** Without the prefix of a namespace. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const MAX_ELEMENTS = 1_000_000;
const MAX_DEPTH = 64;
/** A name begins where no other does, so that a long word is looked at once. */
const ATTRIBUTE = /(?<![^\s=<>"'/])([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

interface OpenElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads a document. Entities that it declares itself are never expanded.
 *
 * @throws LegacyIoError `invalid_file` if it is not well-formed, `not_supported` with a DOCTYPE, more than a million elements or 64
 * levels
 */
export function parseXml(text: string, what: string): XmlElement {
  if (text.includes("<!DOCTYPE") || text.includes("<!ENTITY")) {
    throw new LegacyIoError("not_supported", `${what} has a DOCTYPE`);
  }
  const root: OpenElement = { name: "", attributes: new Map(), children: [], text: "" };
  const open: OpenElement[] = [root];
  let [count, at] = [0, 0];
  for (let tag = next(text, at, what); tag !== undefined; tag = next(text, at, what)) {
    const top = open.at(-1) ?? root;
    const { name, attributes, kind } = tag;
    top.text += unescaped(text.slice(at, tag.start)) + (tag.cdata ?? "");
    at = tag.stop;
    if (kind === "end") {
      if (open.length < 2 || top.name !== local(name)) {
        throw broken(what, `</${name.slice(0, 60)}> closes nothing`, tag.start);
      }
      open.pop();
    } else if (kind !== "other") {
      count++;
      const element = { name: local(name), attributes: attributesOf(attributes), children: [], text: "" };
      top.children.push(element);
      if (kind === "start") {
        open.push(element);
      }
      if (count > MAX_ELEMENTS || open.length > MAX_DEPTH) {
        throw new LegacyIoError(
          "not_supported",
          `${what} has more than ${MAX_ELEMENTS} elements or ${MAX_DEPTH} levels`,
        );
      }
    }
  }
  const [document, ...more] = root.children;
  if (document === undefined || more.length > 0 || open.length > 1) {
    throw broken(what, "it is cut off or has no single root", text.length);
  }
  return document;
}

/** The children with a name, along a path of names: `Items/Distance`. */
export function elementsAt(element: XmlElement | undefined, path: string): readonly XmlElement[] {
  return path
    .split("/")
    .reduce<readonly XmlElement[]>(
      (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
      element === undefined ? [] : [element],
    );
}

/** The text of the first element at a path, without space around it; undefined without one. */
export function textAt(element: XmlElement | undefined, path: string): string | undefined {
  return elementsAt(element, path)[0]?.text.trim();
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** A finite number; undefined for any other text. */
export function finiteNumber(text: string | undefined): number | undefined {
  const value = text !== undefined && text.length <= 64 && NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** A tag, a comment, a text of `CDATA` or an instruction. */
interface Tag {
  readonly kind: "start" | "empty" | "end" | "other";
  /** Empty for a comment, a text of `CDATA` and an instruction. */
  readonly name: string;
  /** The text between the name and the end of the tag. */
  readonly attributes: string;
  readonly cdata?: string;
  readonly start: number;
  readonly stop: number;
}

/** How comments, texts of `CDATA` and instructions begin and end. */
const OTHERS = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
] as const;
const FIRST_OF_NAME = /[\p{L}_:]/u;
const NAME = /[^\s<>/]+/y;
/** What matters in a tag behind its name: its end, a quote, or the beginning of another tag. */
const IN_TAG = /[<>"']/g;

/**
 * The next tag. A `<` that begins none is text. What begins and does not end is an error: so each letter is looked at a few times,
 * however often that is.
 *
 * @throws LegacyIoError `invalid_file`
 */
function next(text: string, from: number, what: string): Tag | undefined {
  for (let start = text.indexOf("<", from); start >= 0; start = text.indexOf("<", start + 1)) {
    const other = OTHERS.find(([opening]) => text.startsWith(opening, start));
    if (other !== undefined) {
      const [opening, closing] = other;
      const end = text.indexOf(closing, start + opening.length);
      if (end < 0) {
        throw broken(what, `${opening} has no end`, start);
      }
      const cdata = opening === "<![CDATA[" && { cdata: text.slice(start + opening.length, end) };
      return { kind: "other", name: "", attributes: "", ...cdata, start, stop: end + closing.length };
    }
    const isEnd = text[start + 1] === "/";
    const nameAt = start + (isEnd ? 2 : 1);
    if (FIRST_OF_NAME.test(text[nameAt] ?? " ")) {
      return tagAt(text, start, nameAt, isEnd, what);
    }
  }
  return undefined;
}

function tagAt(text: string, start: number, nameAt: number, isEnd: boolean, what: string): Tag {
  NAME.lastIndex = nameAt;
  const [name = ""] = NAME.exec(text) ?? [];
  const behind = nameAt + name.length;
  const end = endOfTag(text, behind);
  if (end === undefined) {
    throw broken(what, `<${isEnd ? "/" : ""}${name.slice(0, 60)} has no end`, start);
  }
  const isEmpty = end > behind && text[end - 1] === "/";
  const attributes = text.slice(behind, isEmpty ? end - 1 : end);
  return { kind: isEnd ? "end" : isEmpty ? "empty" : "start", name, attributes, start, stop: end + 1 };
}

/** Where a tag ends, past what stands in quotes; undefined if another begins before. */
function endOfTag(text: string, from: number): number | undefined {
  for (let at = from; ; ) {
    IN_TAG.lastIndex = at;
    const found = IN_TAG.exec(text);
    const [sign] = found ?? [];
    if (found === null || sign === "<") {
      return undefined;
    }
    if (sign === ">") {
      return found.index;
    }
    const closing = text.indexOf(sign ?? "", found.index + 1);
    if (closing < 0) {
      return undefined;
    }
    at = closing + 1;
  }
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(ATTRIBUTE)].map(([, name = "", double, single]) => [
      local(name),
      unescaped(double ?? single ?? ""),
    ]),
  );
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);
const MOST_CODE = 0x10ffff;

function unescaped(text: string): string {
  return text.includes("&")
    ? text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{1,8});/gi, (all, name: string) => {
        const code = name.startsWith("#")
          ? Number.parseInt(name.slice(/^#x/i.test(name) ? 2 : 1), /^#x/i.test(name) ? 16 : 10)
          : Number.NaN;
        return code <= MOST_CODE ? String.fromCodePoint(code) : (ENTITIES.get(name) ?? all);
      })
    : text;
}

function broken(what: string, how: string, offset: number): LegacyIoError {
  return new LegacyIoError("invalid_file", `${what} is not well-formed: ${how}`, { offset });
}
