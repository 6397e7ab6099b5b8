// Finds the image that a row of a spreadsheet is about, by its id, its path, or its date and file name.

import { COLUMNS } from "@kym/kym-schema";
import { EXPERIMENT_KEYS, withoutImageEnding } from "@kym/kym-schema/keys";
import type { Row } from "@kym/zarr-store";
import type { SheetRow } from "./read-sheet.ts";

/** The image of a row, and the columns by which it was found; or why it was not. */
export type RowMatch =
  | { readonly imageId: string; readonly keys: readonly string[] }
  | { readonly fault: string };

const KEYS = {
  imageId: COLUMNS.imageId,
  relPath: COLUMNS.relPath,
  fileName: COLUMNS.fileName,
  date: EXPERIMENT_KEYS.date,
} as const;

/** Columns that only say which image a row is about. */
export const KEY_COLUMNS: readonly string[] = [KEYS.imageId, KEYS.relPath, KEYS.fileName];

/** Finds images in the rows of the table of images. */
export class RowMatcher {
  readonly #byId: ReadonlyMap<string, Row>;
  readonly #byPath: ReadonlyMap<string, readonly Row[]>;
  readonly #byFile: ReadonlyMap<string, readonly Row[]>;

  constructor(images: readonly Row[]) {
    this.#byId = new Map(images.map((image) => [textOf(image, KEYS.imageId), image]));
    this.#byPath = Map.groupBy(images, (image) => textOf(image, KEYS.relPath));
    this.#byFile = Map.groupBy(images, (image) => stemOf(textOf(image, KEYS.fileName)));
  }

  /** The first of id, path, and date with file name that the row has decides. What else it has must agree. */
  match({ cells }: SheetRow): RowMatch {
    const cell = (name: string): string | undefined => cells.get(name)?.text;
    const [id, path, file, date] = [
      cell(KEYS.imageId),
      cell(KEYS.relPath),
      cell(KEYS.fileName),
      cell(KEYS.date),
    ];
    if (id !== undefined) {
      const image = this.#byId.get(id);
      return image === undefined ? unknown(KEYS.imageId, id) : agreeing(image, [KEYS.imageId], path, file);
    }
    if (path !== undefined) {
      return only(this.#byPath.get(path) ?? [], `${KEYS.relPath} ${quoted(path)}`, (image) =>
        agreeing(image, [KEYS.relPath], undefined, file),
      );
    }
    if (file === undefined || date === undefined) {
      return {
        fault: `no ${KEYS.imageId}, no ${KEYS.relPath}, and not both ${KEYS.date} and ${KEYS.fileName}`,
      };
    }
    const images = (this.#byFile.get(stemOf(file)) ?? []).filter((image) => daysOf(image).has(dayOf(date)));
    return only(images, `${KEYS.date} ${quoted(date)} and ${KEYS.fileName} ${quoted(file)}`, (image) => ({
      imageId: textOf(image, KEYS.imageId),
      keys: [KEYS.date, KEYS.fileName],
    }));
  }
}

function only(images: readonly Row[], what: string, found: (image: Row) => RowMatch): RowMatch {
  const [image, ...others] = images;
  if (image === undefined) {
    return { fault: `there is no image with ${what}` };
  }
  return others.length > 0 ? { fault: `${images.length} images have ${what}` } : found(image);
}

function unknown(column: string, value: string): RowMatch {
  return { fault: `there is no image with ${column} ${quoted(value)}` };
}

/** Someone may have sorted one column and not the others. */
function agreeing(
  image: Row,
  keys: readonly string[],
  path: string | undefined,
  file: string | undefined,
): RowMatch {
  const imageId = textOf(image, KEYS.imageId);
  if (path !== undefined && path !== textOf(image, KEYS.relPath)) {
    return {
      fault: `${keys.join()} is that of ${quoted(textOf(image, KEYS.relPath))}, not of ${quoted(path)}`,
    };
  }
  if (file !== undefined && stemOf(file) !== stemOf(textOf(image, KEYS.fileName))) {
    return {
      fault: `${keys.join()} is that of ${quoted(textOf(image, KEYS.fileName))}, not of ${quoted(file)}`,
    };
  }
  return { imageId, keys };
}

/** The days that an image can be found by: as a person noted it, and the microscope's. */
function daysOf(image: Row): ReadonlySet<string> {
  const days = [textOf(image, KEYS.date), textOf(image, COLUMNS.acquiredLocal).slice(0, 10)];
  return new Set(days.filter((day) => day !== "").map(dayOf));
}

/** `2025-07-22` and `20250722` are one day. */
function dayOf(text: string): string {
  const word = text.trim();
  return /^\d{4}-\d{2}-\d{2}$/.test(word) ? word.replaceAll("-", "") : word;
}

function stemOf(fileName: string): string {
  return withoutImageEnding(fileName);
}

function textOf(image: Row, column: string): string {
  const value = image[column];
  return typeof value === "string" ? value : "";
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
