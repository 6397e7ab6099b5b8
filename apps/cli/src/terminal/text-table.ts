// Prints a table in aligned columns that fit the width of the terminal.

import { textWidth } from "../screen/text-width.ts";

/** One column of a table for people. */
export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /**
   * What an ellipsis replaces if the terminal is too narrow: the end of a text, or with `path` the beginning, because the
   * end of a path tells more. Without it, cells are never cut.
   */
  readonly shrinks?: boolean | "path";
  /** The column is left out before a file name is cut; of several, the one with the highest number first. */
  readonly drops?: number;
}

export interface TextTableOptions {
  /** In characters; if undefined, nothing is cut. */
  readonly maxWidth?: number | undefined;
  readonly color?: boolean;
}

const GAP = "  ";
const MIN_SHRUNK = 8;
/** A text of a message that can still be understood. */
const MIN_READABLE = 24;

/** A header and one line per row, aligned with spaces. The text ends with a newline. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  options: TextTableOptions = {},
): string {
  const { maxWidth } = options;
  const natural = naturalWidths(columns, rows);
  const shown = maxWidth === undefined ? [...columns.keys()] : keptColumns(columns, rows, maxWidth);
  const pick = <Value>(values: readonly Value[]): readonly Value[] =>
    shown.flatMap((index) => values.slice(index, index + 1));
  const widths = maxWidth === undefined ? natural : fitWidths(pick(columns), pick(natural), maxWidth);
  const line = (cells: readonly string[]): string =>
    shown
      .map((index, place) => {
        const { align, shrinks } = columns[index] ?? {};
        const width = widths[place] ?? 0;
        return fit(cells[index] ?? "", { width, shrinks, align });
      })
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

/** The columns that are shown: some are left out if a text would have to be cut to less than its file name. */
function keptColumns(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  maxWidth: number,
): readonly number[] {
  const natural = naturalWidths(columns, rows);
  const needed = columns.map(({ shrinks, title }, index) =>
    shrinks === undefined || shrinks === false
      ? (natural[index] ?? 0)
      : shrinks === "path"
        ? rows.reduce((widest, row) => Math.max(widest, stemWidth(row[index] ?? "")), textWidth(title))
        : Math.min(natural[index] ?? 0, MIN_READABLE),
  );
  let kept = [...columns.keys()];
  const widthOf = (shown: readonly number[]): number => totalWidth(shown.map((index) => needed[index] ?? 0));
  while (widthOf(kept) > maxWidth) {
    const least = kept
      .filter((index) => columns[index]?.drops !== undefined)
      .sort((a, b) => (columns[b]?.drops ?? 0) - (columns[a]?.drops ?? 0))[0];
    if (least === undefined) {
      break;
    }
    kept = kept.filter((index) => index !== least);
  }
  return kept;
}

/** The width of a path's file name. */
function stemWidth(path: string): number {
  return textWidth(path.slice(path.lastIndexOf("/") + 1));
}

function naturalWidths(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): readonly number[] {
  return columns.map((column, index) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? "")), textWidth(column.title)),
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
      if (column.shrinks && width > MIN_SHRUNK && width > (widths[widest] ?? 0)) {
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

/** Cuts a text to a width: its end, or of a path its first folders, then all of them, then the beginning of its name. */
export function shorten(text: string, width: number, shrinks: TextColumn["shrinks"] = true): string {
  if (textWidth(text) <= width) {
    return text;
  }
  if (shrinks !== "path") {
    return `${fitting(graphemes(text), width - 1).trimEnd()}…`;
  }
  const parts = text.split("/");
  for (let first = 1; first < parts.length; first++) {
    const rest = `…/${parts.slice(first).join("/")}`;
    if (textWidth(rest) <= width) {
      return rest;
    }
  }
  const name = parts.at(-1) ?? text;
  if (parts.length > 1 && textWidth(name) <= width) {
    return name;
  }
  const end = fitting(graphemes(name).reverse(), width - 1);
  return `…${graphemes(end).reverse().join("")}`;
}

/** The longest beginning that fits into `width`. */
function fitting(parts: readonly string[], width: number): string {
  let shown = "";
  for (const part of parts) {
    if (textWidth(shown + part) > width) {
      break;
    }
    shown += part;
  }
  return shown;
}

/** Letters with their accents. The first segmenter takes 8 ms, so it is made only to cut a text. */
function graphemes(text: string): string[] {
  return [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(
    ({ segment }) => segment,
  );
}

/** What a cell has to fit into. */
interface Shape {
  readonly width: number;
  readonly shrinks: TextColumn["shrinks"] | undefined;
  readonly align: TextColumn["align"] | undefined;
}

/** Pads or cuts a text to a width, which is measured once for a text that fits. */
function fit(text: string, { width, shrinks, align }: Shape): string {
  const own = textWidth(text);
  const shown = own <= width ? text : shorten(text, width, shrinks);
  const spaces = " ".repeat(Math.max(0, width - (shown === text ? own : textWidth(shown))));
  return align === "right" ? spaces + shown : shown + spaces;
}

export { printable } from "../screen/printable.ts";

/** A number with its noun: `1 image`, `2 images`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
