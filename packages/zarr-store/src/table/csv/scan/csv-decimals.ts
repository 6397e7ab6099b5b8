// Builds columns from the numbers that were read while the cells were cut.

import type { CellGrid } from "../csv-cells.ts";
import type { ReadNumber } from "./csv-spelling.ts";
import { CELL_KIND } from "./scan-decimal.ts";

/** A column of numbers, NaN where one is missing. The values are a view of the grid. */
export interface DecimalColumn {
  readonly values: Float64Array;
  /** The greatest `CELL_KIND` of its cells. */
  readonly kind: number;
}

const UTF8 = new TextDecoder();

/**
 * Returns a column of the grid as numbers; undefined if a cell is not a number. `readText` reads the cells that the scan
 * left as text.
 */
export function readDecimals(
  { bytes, starts, kinds, mostKinds, values, columnCount, rowCount }: CellGrid,
  index: number,
  readText: (text: string) => ReadNumber | undefined,
): DecimalColumn | undefined {
  const hasTexts = mostKinds[index] === CELL_KIND.text;
  const numbers = values[index]?.subarray(0, rowCount) ?? new Float64Array(0);
  let kind: number = hasTexts ? CELL_KIND.empty : (mostKinds[index] ?? CELL_KIND.empty);
  for (let row = 0; row < rowCount; row++) {
    const cell = row * (columnCount + 1) + index;
    if (kinds[cell] === CELL_KIND.repeated) {
      numbers[row] = numbers[row - 1] ?? 0;
    } else if (hasTexts && kinds[cell] === CELL_KIND.text) {
      const text = UTF8.decode(bytes.subarray(starts[cell], (starts[cell + 1] ?? 1) - 1));
      const read = readText(text);
      if (read === undefined) {
        return undefined;
      }
      numbers[row] = read.value;
      kind = Math.max(kind, read.kind);
    } else if (hasTexts) {
      kind = Math.max(kind, kinds[cell] ?? 0);
    }
  }
  return { values: numbers, kind };
}
