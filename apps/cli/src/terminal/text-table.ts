// Prints a table in aligned columns that fit the width of the terminal.

import stringWidth from "fast-string-width";

/** One column of a table for people. */
export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** If the terminal is too narrow, an ellipsis replaces the beginning of a cell. */
  readonly shrinks?: boolean;
}

export interface TextTableOptions {
  /** In characters; if undefined, nothing is cut. */
  readonly maxWidth?: number | undefined;
  readonly color?: boolean;
}

const GAP = "  ";
const MIN_SHRUNK = 8;

/** A header and one line per row, aligned with spaces. The text ends with a newline. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  options: TextTableOptions = {},
): string {
  const natural = naturalWidths(columns, rows);
  const widths = options.maxWidth === undefined ? natural : fitWidths(columns, natural, options.maxWidth);
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) =>
        pad(shorten(cells[index] ?? "", widths[index] ?? 0), widths[index] ?? 0, column.align),
      )
      .join(GAP)
      .trimEnd();
  const header = line(columns.map((column) => column.title));
  const head = options.color === true ? `\u001b[1m${header}\u001b[22m` : header;
  return `${[head, ...rows.map(line)].join("\n")}\n`;
}

/** Whether each row fits on one line of the terminal when the columns are as narrow as they may get. */
export function fitsWidth(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  maxWidth: number,
): boolean {
  const natural = naturalWidths(columns, rows);
  const widths = fitWidths(columns, natural, maxWidth);
  return totalWidth(widths) <= maxWidth;
}

function naturalWidths(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): readonly number[] {
  return columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, stringWidth(row[index] ?? "")), stringWidth(column.title)),
  );
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function fitWidths(
  columns: readonly TextColumn[],
  natural: readonly number[],
  maxWidth: number,
): readonly number[] {
  const widths = [...natural];
  while (totalWidth(widths) > maxWidth) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const width = widths[index] ?? 0;
      if (column.shrinks === true && width > MIN_SHRUNK && width > (widths[widest] ?? 0)) {
        widest = index;
      }
    }
    if (widest < 0) {
      break;
    }
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Cuts the beginning, because the end of a path tells more. */
function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) {
    return text;
  }
  let shown = text;
  // Graphemes keep a letter and its accents together. The first segmenter takes 8 ms, so it is made only to cut a text.
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    shown = shown.slice(segment.length);
    if (stringWidth(shown) < width) {
      break;
    }
  }
  return `…${shown}`;
}

function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, width - stringWidth(text)));
  return align === "right" ? spaces + text : text + spaces;
}

/** Shows the control characters of a file name as text, so that the terminal does not obey them. */
export function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** A number with its noun: `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
