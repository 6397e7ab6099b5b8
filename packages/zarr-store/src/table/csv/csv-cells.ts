/** The cells of a CSV, as they were cut out of its text. The titles are not among its rows. */
export interface CsvCells {
  readonly titles: readonly string[];
  readonly rowCount: number;
  /**
   * A column's texts, made when they are first asked for. An empty cell without quotes is null, which means missing;
   * `""` is an empty text.
   */
  texts(index: number): readonly (string | null)[];
  /** Whether quotes mark a column as text: the titles are bare, and a cell that is not empty stands in quotes. */
  isMarkedText(index: number): boolean;
  /** The line on which a row begins, counted from 1. */
  lineOfRow(row: number): number;
  /** The numbers that were read together with the cells, if there are no quotes in the file. */
  readonly grid: CellGrid | undefined;
}

/** Where the cells of a text without quotes are, and the numbers in them; arrays may be longer than there are rows. */
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
