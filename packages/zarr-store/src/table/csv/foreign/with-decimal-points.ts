// Reads numbers with a decimal comma, where commas do not separate the cells.

import type { CsvCells } from "../csv-cells.ts";
import { isMissingWord } from "../scan/csv-spelling.ts";

const WITH_COMMA = /^[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?$/;
const WITH_POINT = /^[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?$/;
const WITHOUT_MARK = /^[+-]?(\d+([eE][+-]?\d+)?|inf(inity)?|nan)$/i;
/** `1,234` is 1.234 or 1234; `0,234` and `1,23` are never thousands. */
const MAY_BE_THOUSANDS = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;

/** The mark before the fractions of a column of numbers, and whether each number that has it may have it for thousands. */
interface Marked {
  readonly mark: "comma" | "point";
  readonly mayBeThousands: boolean;
}

/**
 * The cells of a CSV in which semicolons or tabs separate, with points in place of decimal commas.
 *
 * - A column whose numbers have commas, and none a point, has decimal commas. A column with both is text.
 * - If a file has columns of both kinds, a column is text if each of its marks stands before exactly three digits: it may mark
 *   thousands. With tabs, such a column of commas is text in any file.
 *
 * @param commasAreDecimals true if the separator alone says so: programs write semicolons where the comma marks decimals
 */
export function withDecimalPoints(cells: CsvCells, commasAreDecimals: boolean): CsvCells {
  const marks = cells.titles.map((_, index) =>
    cells.isMarkedText(index) ? undefined : markOf(cells.texts(index)),
  );
  if (!marks.some((found) => found?.mark === "comma")) {
    return cells;
  }
  const hasBoth = marks.some((found) => found?.mark === "point");
  const isAmbiguous = (index: number): boolean => {
    const found = marks[index];
    return found?.mayBeThousands === true && (hasBoth || (found.mark === "comma" && !commasAreDecimals));
  };
  const converted = marks.map((found, index) =>
    found?.mark === "comma" && !isAmbiguous(index)
      ? cells.texts(index).map((text) => text?.replace(",", ".") ?? null)
      : undefined,
  );
  return { ...cells, texts: (index) => converted[index] ?? cells.texts(index), isAmbiguous };
}

/** The mark of a column whose cells are all numbers or missing; undefined for another column, and for one without marks. */
function markOf(texts: readonly (string | null)[]): Marked | undefined {
  let mark: Marked["mark"] | undefined;
  let mayBeThousands = true;
  let above: string | null = null;
  for (const text of texts) {
    if (text === null || text === above || text === "") {
      continue;
    }
    above = text;
    const found = WITH_COMMA.test(text) ? "comma" : WITH_POINT.test(text) ? "point" : undefined;
    if (found === undefined) {
      if (!WITHOUT_MARK.test(text) && !isMissingWord(text)) {
        return undefined;
      }
      continue;
    }
    if (mark !== undefined && mark !== found) {
      return undefined;
    }
    mark = found;
    mayBeThousands &&= MAY_BE_THOUSANDS.test(text);
  }
  return mark === undefined ? undefined : { mark, mayBeThousands };
}
