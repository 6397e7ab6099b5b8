// The width of a text on a terminal.

import stringWidth from "fast-string-width";

/** Letters, digits and signs that each take one column; `µ`, `×` and dashes are among them. Nearly all cells are such. */
const PLAIN = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u00ff\u2013\u2014\u2026]*$/;

/** In columns: two for each wide letter, none for an accent or an escape sequence. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}
