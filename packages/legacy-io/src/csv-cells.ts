/** The cells of a CSV; the header is not among its rows. */
export interface CsvCells {
  readonly header: readonly string[];
  readonly rowCount: number;
  /**
   * A column's texts, made when they are first asked for. Null for an empty cell without quotes, which is missing,
   * where `""` is an empty text.
   */
  texts(index: number): readonly (string | null)[];
  /** The line on which a row begins, counted from 1. */
  lineOfRow(row: number): number;
  /** What was read with the cells, if there are no quotes in the file. */
  readonly grid: CellGrid | undefined;
}

/** Cells as they were found; arrays may be longer than there are rows. */
export interface CellGrid {
  readonly bytes: Uint8Array;
  readonly columnCount: number;
  readonly rowCount: number;
  /** Of each row where its cells begin, and where one more would: a cell ends a byte before the next begins. */
  readonly starts: Uint32Array;
  /** Of each cell, counted like `starts`, one of `CELL_KIND`. */
  readonly kinds: Uint8Array;
  /** Of each column the greatest of its kinds. */
  readonly mostKinds: Uint8Array;
  /** Of each column the numbers of its cells; of those that are texts anything. */
  readonly values: readonly Float64Array[];
}

export interface CsvLimits {
  /** The longest row in bytes. Default 1 MiB. */
  readonly maxRowBytes?: number | undefined;
  /** The largest file in bytes. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}
