// Quotes around the cells of a CSV: how they are put, and which titles cannot do without.

/** A cell in quotes, by RFC 4180: a quote inside it is doubled. */
export function quoteCsvCell(text: string): string {
  return `"${text.includes('"') ? text.replaceAll('"', '""') : text}"`;
}

/** Whether a text would be cut elsewhere without quotes. */
export function needsCsvQuotes(text: string): boolean {
  return /[",\r\n]/.test(text);
}

/**
 * Whether a title is written in quotes by the `lossless` dialect, whose titles are bare otherwise. The reader takes such a
 * title for a bare one: its quotes say nothing about those of the cells.
 */
export function needsTitleQuotes(title: string): boolean {
  return title === "" || /[",\r\n\0\ufeff]/.test(title);
}
