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
const TAG =
  /<(?:!--[\s\S]*?-->|!\[CDATA\[([\s\S]*?)\]\]>|\?[\s\S]*?\?>|(\/)?([^\s<>/!?][^\s<>/]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/)?>)/g;
const ATTRIBUTE = /([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

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
  TAG.lastIndex = 0;
  for (let tag = next(text, at); tag !== undefined; tag = next(text, at)) {
    const top = open.at(-1) ?? root;
    const [all, cdata, closes, name = "", attributes = "", isEmpty] = tag.match;
    top.text += unescaped(text.slice(at, tag.index)) + (cdata ?? "");
    at = tag.index + all.length;
    if (closes !== undefined) {
      if (open.length < 2 || top.name !== local(name)) {
        throw broken(what, `</${name.slice(0, 60)}> closes nothing`, tag.index);
      }
      open.pop();
    } else if (name !== "") {
      count++;
      const element = { name: local(name), attributes: attributesOf(attributes), children: [], text: "" };
      top.children.push(element);
      if (isEmpty === undefined) {
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

/** The next tag. A `<` that begins none is text. */
function next(
  text: string,
  from: number,
): { readonly index: number; readonly match: RegExpExecArray } | undefined {
  TAG.lastIndex = from;
  const match = TAG.exec(text);
  return match === null ? undefined : { index: match.index, match };
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
