// Decides what a spreadsheet asks for: which values for which images, or everything in it that is not understood.

import { COLUMNS } from "@kym/kym-schema";
import { nearestWord } from "../../../arguments/nearest-word.ts";
import type { ImagesTable } from "../../../study/images-table.ts";
import { ACCEPTED, EDIT_FIELDS, type EditField, expectedOf, readValue } from "../edit-fields.ts";
import type { WantedValue, WantedValues } from "../plan-edit.ts";
import { KEY_COLUMNS, RowMatcher } from "./match-rows.ts";
import type { Sheet, SheetCell, SheetRow } from "./read-sheet.ts";

/** What a spreadsheet asks for. If it has a fault, nothing may be written. */
export interface WantedBySheet {
  /** By image id, in the order of the rows. */
  readonly wanted: ReadonlyMap<string, WantedValues>;
  /** Columns that are known, but that no edit sets, such as the number of lines. */
  readonly passedOver: readonly string[];
  readonly faults: readonly string[];
}

/** Clears a field. An empty cell leaves it alone. */
const CLEAR = "\\-";

/**
 * Reads the rows against the images that there are. Each fault names its row and column.
 *
 * @param table the images at one version
 */
export function wantedBySheet(sheet: Sheet, table: Pick<ImagesTable, "columns" | "rows">): WantedBySheet {
  const columns = columnsOf(sheet, table);
  const faults = [...columns.faults];
  const wanted = new Map<string, WantedValues>();
  const rowOf = new Map<string, number>();
  const matcher = new RowMatcher(table.rows);
  for (const row of sheet.rows) {
    const named = withColumnNames(row, columns.names);
    const match = matcher.match(named);
    if ("fault" in match) {
      faults.push(`row ${row.number}: ${match.fault}`);
      continue;
    }
    const { imageId, keys } = match;
    const before = rowOf.get(imageId);
    if (before !== undefined) {
      faults.push(`row ${row.number}: row ${before} is about the same image`);
      continue;
    }
    rowOf.set(imageId, row.number);
    const stored = table.rows.find((image) => image[COLUMNS.imageId] === imageId) ?? {};
    const values = new Map<string, WantedValue>();
    for (const field of EDIT_FIELDS) {
      const cell = named.cells.get(field.name);
      if (cell === undefined || keys.includes(field.name)) {
        continue;
      }
      const value = wantedValue(field, cell, stored[field.name] ?? null, sheet.decimalComma);
      if (typeof value === "string") {
        faults.push(`row ${row.number}, column ${field.name}: ${value}`);
      } else {
        values.set(field.name, value);
      }
    }
    wanted.set(imageId, values);
  }
  return { wanted, passedOver: columns.passedOver, faults };
}

interface Columns {
  /** The name of each title that is known. */
  readonly names: ReadonlyMap<string, string>;
  readonly passedOver: readonly string[];
  readonly faults: readonly string[];
}

/** Titles are found in any case and without spaces around them. */
function columnsOf({ titles, rows }: Sheet, { columns }: Pick<ImagesTable, "columns">): Columns {
  const known = columns.map(({ name }) => name);
  const fields = new Set([...EDIT_FIELDS.map(({ name }) => name), ...KEY_COLUMNS]);
  const names = new Map<string, string>();
  const faults: string[] = [];
  for (const title of titles) {
    const word = title.trim().toLowerCase();
    const name = known.find((one) => one.toLowerCase() === word);
    if (name === undefined) {
      // A column without title and cells says nothing.
      if (title !== "" && (!/^Unnamed: \d/.test(title) || rows.some(({ cells }) => cells.has(title)))) {
        const meant = nearestWord(word, [...fields]);
        const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
        faults.push(`images have no column ${JSON.stringify(title)}${hint}`);
      }
    } else if ([...names.values()].includes(name)) {
      faults.push(`two columns are named ${name}`);
    } else {
      names.set(title, name);
    }
  }
  const passedOver = [...names.values()].filter((name) => !fields.has(name));
  return { names, passedOver, faults };
}

function withColumnNames({ number, cells }: SheetRow, names: ReadonlyMap<string, string>): SheetRow {
  return {
    number,
    cells: new Map(
      [...cells].flatMap(([title, cell]): [string, SheetCell][] => {
        const name = names.get(title);
        return name === undefined ? [] : [[name, cell]];
      }),
    ),
  };
}

/** The value of a cell, or what is wrong with it. */
function wantedValue(
  field: EditField,
  cell: SheetCell,
  stored: unknown,
  decimalComma: boolean,
): WantedValue | string {
  const { text, written, isDate } = cell;
  if (text === CLEAR) {
    return field.name === ACCEPTED ? "accepted is TRUE or FALSE and cannot be cleared" : { value: null };
  }
  if (isDate && text !== stored) {
    return `${JSON.stringify(text)} is a date, perhaps made by the spreadsheet of something else: write it as text, with a ' before it, or as 2025-07-22`;
  }
  const isNumber = field.kind === "number" || field.kind === "step";
  const value = readValue(
    field,
    isNumber && decimalComma ? text.replace(/^([^.,]*),([^.,]*)$/, "$1.$2") : text,
  );
  return value === undefined
    ? `${JSON.stringify(text)} is not ${expectedOf(field)}`
    : { value, cell: written };
}
