import stringWidth from "fast-string-width";

/** One column of a table for people. */
export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May lose its beginning to an ellipsis where the terminal is too narrow. */
  readonly shrinks?: boolean;
}

export interface TextTableOptions {
  /** Undefined: never cut. */
  readonly maxWidth?: number | undefined;
  readonly color?: boolean;
}

const GAP = "  ";
const MIN_SHRUNK = 8;

/** Columns aligned by spaces, one line a row, a header above; ends with a newline. */
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

/** Whether each row keeps to one line of the terminal, with the columns as narrow as they may get. */
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

/** The end of a path tells more than its beginning. */
function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) {
    return text;
  }
  let shown = text;
  // A letter with its accents is one character. The first segmenter takes 8 ms to make, so it is made where a text is cut.
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

/** Control characters of file names are shown, not sent to the terminal. */
export function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
