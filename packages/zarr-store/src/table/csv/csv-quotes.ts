// Puts quotes around CSV cells, and decides which titles need them.

/** Puts a cell in quotes, by RFC 4180: a quote inside is doubled. */
export function quoteCsvCell(text: string): string {
  return `"${text.includes('"') ? text.replaceAll('"', '""') : text}"`;
}

/** True if a text would be cut into several cells without quotes. */
export function needsCsvQuotes(text: string): boolean {
  return /[",\r\n]/.test(text);
}

/** The same where tabs stand between cells. */
export function needsTsvQuotes(text: string): boolean {
  return /["\t\r\n]/.test(text);
}

/**
 * True if the `lossless` dialect must quote a title; its other titles are bare. The reader treats such a title as bare: its
 * quotes say nothing about the quotes of the cells.
 */
export function needsTitleQuotes(title: string): boolean {
  return title === "" || /[",;\t\r\n\0\ufeff]/.test(title) || withoutOuterBlanks(title) !== title;
}

/** A text without the blanks at both ends. A byte order mark is not a blank. */
export function withoutOuterBlanks(text: string): string {
  return text.replace(/^[ \u00a0]+|[ \u00a0]+$/g, "");
}
