// Decides which images `kym ls` lists, in which order, and with which columns of the table of images.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";
import type { OptionValues } from "../../arguments/command.ts";
import { guessOr } from "../../arguments/nearest-word.ts";
import { usageError } from "../../terminal/cli-error.ts";

/** The options that choose images, order and columns, beside `--where`. */
export const PICK_OPTIONS = {
  stale: { help: "only images with rows in a pooled table that kym index would update" },
  "no-rois": { help: "only images without a ROI" },
  sort: { value: "NAMES", repeats: true, help: "sort by these columns; -NAME is from high to low" },
  columns: { value: "NAMES", repeats: true, help: "show these columns, such as file_name,condition" },
  limit: { value: "N", help: "list at most N images" },
} as const;

export type PickOptions = OptionValues<typeof PICK_OPTIONS>;

/** One column to sort by. */
export interface SortKey {
  readonly name: string;
  readonly isDescending: boolean;
}

/**
 * The columns that `--sort` and `--columns` name.
 *
 * @param known the columns of the table of images
 * @throws {CliError} `usage` for a column that is not among them
 */
export function pickColumns(
  { sort = [], columns }: Pick<PickOptions, "sort" | "columns">,
  known: readonly string[],
): { readonly sort: readonly SortKey[]; readonly columns: readonly string[] | undefined } {
  return {
    sort: sort.map((word) => {
      const isDescending = word.startsWith("-");
      return { name: columnOf("--sort", isDescending ? word.slice(1) : word, known), isDescending };
    }),
    columns: columns?.map((word) => columnOf("--columns", word, known)),
  };
}

/** Finds a column by its name, in any case. */
function columnOf(flag: string, word: string, known: readonly string[]): string {
  const wanted = word.trim().toLowerCase();
  const found = known.find((name) => name.toLowerCase() === wanted);
  if (found === undefined) {
    throw usageError(
      `${flag}: images have no column ${JSON.stringify(word)}`,
      guessOr(wanted, known, `the columns are ${known.join(", ")}`),
    );
  }
  return found;
}

/** The value of `--limit`; infinite without it. @throws {CliError} `usage` unless it is a whole number from 1 */
export function limitOf({ limit: text }: Pick<PickOptions, "limit">): number {
  const limit = Number(text ?? Number.POSITIVE_INFINITY);
  if (text !== undefined && !(/^\d+$/.test(text) && Number.isSafeInteger(limit) && limit >= 1)) {
    throw usageError(`--limit must be a whole number from 1, not ${JSON.stringify(text)}`);
  }
  return limit;
}

/** The rows that are wanted, in the order that is wanted. Rows that are equal keep theirs; NULL is last in both directions. */
export function pickRows(
  rows: readonly Row[],
  sort: readonly SortKey[],
  options: Pick<PickOptions, "stale" | "no-rois">,
): readonly Row[] {
  return rows
    .filter((row) => options.stale !== true || row[COLUMNS.staleTables] !== "")
    .filter((row) => options["no-rois"] !== true || Number(row[COLUMNS.nRois]) === 0)
    .toSorted((a, b) => {
      for (const { name, isDescending } of sort) {
        const order = compareCells(a[name] ?? null, b[name] ?? null, isDescending);
        if (order !== 0) {
          return order;
        }
      }
      return 0;
    });
}

function compareCells(a: CellValue, b: CellValue, isDescending: boolean): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  const order = a < b ? -1 : Number(a > b);
  return isDescending ? -order : order;
}
