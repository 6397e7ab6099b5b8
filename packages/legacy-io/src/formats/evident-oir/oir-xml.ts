// Reads an XML document of an OIR file into elements without their namespaces.

import { LegacyIoError } from "../../errors.ts";

/** An element, its name without a prefix. */
export interface OirElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly OirElement[];
  /** The text directly in it, trimmed. */
  readonly text: string;
}

interface OpenElement extends OirElement {
  readonly children: OpenElement[];
  text: string;
}

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 100_000;
const DECLARED = /<!(?:DOCTYPE|ENTITY)/i;

/**
 * Reads a document.
 *
 * @param what The document, for messages.
 * @throws {LegacyIoError} `invalid_file` for what is not XML, is deeper than 64 elements or has more than 100 000; `not_supported` for a
 * DOCTYPE or entities of its own
 */
export async function readOirXml(text: string, what: string): Promise<OirElement> {
  if (DECLARED.test(text)) {
    throw new LegacyIoError("not_supported", `${what}: a DOCTYPE or ENTITY is not read`, {
      found: "DOCTYPE",
    });
  }
  // Loaded with the first such XML and not before.
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: false, position: false });
  const root: OpenElement = { name: "", attributes: {}, children: [], text: "" };
  const open: OpenElement[] = [root];
  let count = 0;
  parser.on("error", (error) => {
    throw invalidXml(what, error.message.slice(0, 200));
  });
  parser.on("opentag", ({ name, attributes }) => {
    count++;
    if (count > MAX_ELEMENTS || open.length > MAX_DEPTH) {
      throw invalidXml(what, `it has more than ${MAX_ELEMENTS} elements or is deeper than ${MAX_DEPTH}`);
    }
    const local = name.slice(name.indexOf(":") + 1);
    const element: OpenElement = { name: local, attributes, children: [], text: "" };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("text", (piece) => {
    const element = open.at(-1);
    if (element !== undefined) {
      element.text = `${element.text}${piece}`.trim();
    }
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(text).close();
  return root;
}

/** All elements below one that have a name, in the order of the document. */
export function elementsOf(element: OirElement, name: string): readonly OirElement[] {
  const found: OirElement[] = [];
  const left = [...element.children].reverse();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next.name === name) {
      found.push(next);
    }
    for (let child = next.children.length - 1; child >= 0; child--) {
      left.push(next.children[child] ?? next);
    }
  }
  return found;
}

/** The text of the first element below one that has a name and a text. */
export function textBelow(element: OirElement | undefined, name: string): string | undefined {
  return element && elementsOf(element, name).find(({ text }) => text !== "")?.text;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** That text as a number, if it is a finite one. */
export function numberBelow(element: OirElement | undefined, name: string): number | undefined {
  return finiteNumber(textBelow(element, name));
}

/** A text as a number, if it is a finite one. */
export function finiteNumber(text: string | undefined): number | undefined {
  const isNumber = text !== undefined && text.length <= 64 && NUMBER.test(text.trim());
  const value = isNumber ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function invalidXml(what: string, problem: string): LegacyIoError {
  return new LegacyIoError("invalid_file", `${what}: ${problem}`, { expected: "XML" });
}
