// Writes HTML: what is put into it is text, unless it is HTML itself.

import { escaped } from "../figure/svg-element.ts";

/** Markup that was written here, and never came from a file. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

/** What stands between markup: text and numbers are escaped, lists are joined, `false`, null and undefined are nothing. */
export type HtmlPart = string | number | Html | readonly HtmlPart[] | false | null | undefined;

/**
 * HTML from a template. The only way by which a value becomes HTML.
 *
 * @example
 * html`<td class="${kind}">${fileName}</td>`
 */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(texts.map((text, index) => text + markupOf(parts[index])).join(""));
}

function markupOf(part: HtmlPart): string {
  if (part instanceof Html) {
    return part.markup;
  }
  if (part === false || part === null || part === undefined) {
    return "";
  }
  return typeof part === "object" ? part.map(markupOf).join("") : escaped(String(part));
}

/** A name as others wrote it: text whose direction does not reach the words around it. */
export function nameHtml(name: string): Html {
  return html`<bdi>${name}</bdi>`;
}

/** Data that a script of the page reads: no text in it ends the element that holds it. */
export function dataHtml(attributes: Html, data: unknown): Html {
  const json = JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Html(`<script type="application/json" ${attributes.markup}>${json}</script>`);
}
