// The width of a text on a terminal.

import stringWidth from "fast-string-width";

/** Letters, digits and signs that each take one column. Nearly all cells of a table are such. */
const PLAIN = /^[\x20-\x7e]*$/;

/** In columns: two for each wide letter, none for an accent or an escape sequence. */
export function textWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}
