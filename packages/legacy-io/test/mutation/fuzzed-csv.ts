import { type CsvTable, readCsv } from "@kym/zarr-store/table";
import type { FuzzedParser } from "./fuzz-parsers.ts";

/** A cell without its quotes, and whether it had some. */
export interface NaiveCell {
  readonly text: string;
  readonly isQuoted: boolean;
}

const TEXTS = [
  'id,"a,b",v,ok\n1,"x ""y""",1.5,True\n2,,-3e4,False\n3,"é\n",,True\n',
  "time_s,velocity\r\n0.0011699999,12.25\r\n0.00233,-7\r\n\r\n0.0035,nan\r\n",
  '\u{feff}n,text\r1,""\r9007199254740993,b\r-0,µ\r',
  ",roi_id,score\n0,1,0.1\n1,2,1e-300\n2,3,123456789.123456789\n",
];
const MISSING = /^([+-]?[nN][aA][nN]|NA|N\/A|n\/a|#N\/A|#NA|<NA>|null|NULL|None)$/;
/** In a column of text these spellings alone are missing. */
const MISSING_TEXT = /^(NaN|nan|NA|N\/A|n\/a|#N\/A|#NA|<NA>|null|NULL|None)$/;

/** `readCsv` against a reader that goes from character to character. */
export const FUZZED_CSV: FuzzedParser<CsvTable> = {
  name: "CSV",
  sounds: TEXTS.map((text) => new TextEncoder().encode(text)),
  read: (bytes) => readCsv(bytes),
  disagreement: ({ schema, columns, rowCount }, bytes) => {
    const [titles = [], ...lines] = readCsvNaively(bytes);
    const width = Math.max(0, ...[titles, ...lines].map(lengthWithoutEmptyEnd));
    const header = titles.slice(0, Math.max(1, width));
    const titled = Math.max(1, lengthWithoutEmptyEnd(header));
    // Below the empty titles at the end there need not be cells.
    const rows = lines.map((cells) =>
      cells.length < titled
        ? cells
        : header.map((_, index): NaiveCell => cells[index] ?? { text: "", isQuoted: false }),
    );
    const isTrimmed = header.map(({ text, isQuoted }) => !isQuoted && text !== trimmed(text));
    const names = header.map(({ text, isQuoted }, index) =>
      (isQuoted ? text : trimmed(text)) === "" ? `Unnamed: ${index}` : isQuoted ? text : trimmed(text),
    );
    const quotesMeanText = header.some(({ isQuoted }) => !isQuoted);
    if (JSON.stringify(names) !== JSON.stringify(schema.columns.map(({ name }) => name))) {
      return `columns ${JSON.stringify(schema.columns)}, not ${JSON.stringify(names)}`;
    }
    if (rows.length !== rowCount || rows.some((row) => row.length !== names.length)) {
      return `${rowCount} rows, not ${rows.length}`;
    }
    for (const [index, { name, type }] of schema.columns.entries()) {
      for (const [row, cells] of rows.entries()) {
        const stored = cells[index] ?? { text: "", isQuoted: false };
        const cell =
          isTrimmed[index] === true && !stored.isQuoted ? { ...stored, text: trimmed(stored.text) } : stored;
        const value = columns[name]?.[row];
        if (type !== "utf8" && quotesMeanText && cell.isQuoted && cell.text !== "") {
          return `row ${row}, ${JSON.stringify(name)}: ${type}, though ${JSON.stringify(cell)} is in quotes`;
        }
        if (!says(cell, type, value)) {
          return `row ${row}, ${JSON.stringify(name)} of ${type}: ${value}, not ${JSON.stringify(cell)}`;
        }
      }
    }
    return undefined;
  },
};

/** How many cells there are before the empty ones at the end, which are passed over. */
function lengthWithoutEmptyEnd(cells: readonly NaiveCell[]): number {
  return cells.findLastIndex(({ text }) => text !== "") + 1;
}

/** Blanks around a title are dropped. */
function trimmed(text: string): string {
  return text.replace(/^ +| +$/g, "");
}

/** Whether a value is what the text of its cell says, nothing of it lost. */
function says({ text, isQuoted }: NaiveCell, type: string, value: unknown): boolean {
  const isMissing = text === "" || MISSING.test(text);
  switch (type) {
    case "utf8":
      return value === ((text === "" || MISSING_TEXT.test(text)) && !isQuoted ? null : text);
    case "int64":
      return isMissing
        ? value === null
        : typeof value === "bigint" && (String(value) === text || text === "-0");
    case "float64":
      return isMissing
        ? Number.isNaN(value)
        : Object.is(value, Number(text.replace(/inf(inity)?$/i, "Infinity")));
    case "bool":
      return isMissing ? value === null : text.toLowerCase() === String(value);
    default:
      return false;
  }
}

/** A text of UTF-8; of Windows-1252 if it can be nothing else, with no thought of what that is called. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const latin = Buffer.from(bytes).toString("latin1");
    // Bytes without a meaning, control characters, and what begins as a character of UTF-8 does.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    if (/[\x00-\x08\x0b\x0c\x0e-\x1b\x81\x8d\x8f\x90\x9d]|[\xc2-\xf4]([\x80-\xbf]|$)/.test(latin)) {
      throw error;
    }
    return latin.replace(/[\x80-\x9f]/g, (one) => WINDOWS_1252[one.charCodeAt(0) - 0x80] ?? one);
  }
}

const WINDOWS_1252 = [..."€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ"];

/** RFC 4180, one character after another. Throws for text in no encoding that is read, and for quotes that are not closed. */
export function readCsvNaively(bytes: Uint8Array): readonly (readonly NaiveCell[])[] {
  const text = textOf(bytes);
  const rows: NaiveCell[][] = [];
  let row: NaiveCell[] = [];
  let cell = "";
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  const endCell = (): void => {
    row.push({ text: cell, isQuoted: state === "closed" });
    cell = "";
    state = "start";
  };
  const endRow = (): void => {
    const isEmpty = row.length === 0 && state === "start";
    // An empty line is a cell where there is one column.
    if (!isEmpty || rows[0]?.length === 1) {
      endCell();
      rows.push(row);
    }
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (state === "quoted") {
      if (letter !== '"') {
        cell += letter;
      } else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at++;
      } else {
        state = "closed";
      }
    } else if (letter === ",") {
      endCell();
    } else if (letter === "\n" || letter === "\r") {
      endRow();
      at += letter === "\r" && text.charAt(at + 1) === "\n" ? 1 : 0;
    } else if (letter === '"' && state === "start") {
      state = "quoted";
    } else if (letter === '"' || state === "closed") {
      throw new Error("a quote amid a cell");
    } else {
      cell += letter;
      state = "plain";
    }
  }
  if (state === "quoted") {
    throw new Error("a quote that is not closed");
  }
  if (row.length > 0 || state !== "start") {
    endRow();
  }
  return rows;
}
