// The cells that a CSV was cut into: what the two cutters produce and the column reader needs.

/** As many as a Parquet file may have. Each takes memory for itself, so that a line of commas is not believed. */
export const MAX_COLUMNS: number = 2 ** 16;

/** The cells of a CSV, before their types are known. The line of titles is not a row. */
export interface CsvCells {
  readonly titles: readonly string[];
  readonly rowCount: number;
  /**
   * Returns the texts of a column, made on first use. A bare empty cell is null, which means missing; `""` is an empty text. A
   * bare word for a missing value is null as well.
   */
  texts(index: number): readonly (string | null)[];
  /** True if quotes mark the column as text: a title is bare, and a non-empty cell of the column is in quotes. */
  isMarkedText(index: number): boolean;
  /** True if a cell of the column that is null in its texts was a word for a missing value. */
  hasMissingWord(index: number): boolean;
  /** True if the column may be numbers, but its points or commas may mark decimals or thousands. It is read as text. */
  isAmbiguous(index: number): boolean;
  /** Returns the line on which a row begins, counted from 1. */
  lineOfRow(row: number): number;
  /** The encoding of a text that does not say its own; absent for UTF-8 and UTF-16. */
  readonly assumedEncoding?: "windows-1252" | undefined;
  /** The numbers that were read while the cells were cut; absent if the file has quotes. */
  readonly grid: CellGrid | undefined;
}

/** The places of the cells in a CSV without quotes, and the numbers in them. Arrays may be longer than the rows need. */
export interface CellGrid {
  readonly bytes: Uint8Array;
  readonly columnCount: number;
  readonly rowCount: number;
  /**
   * Per row, the offset of each cell and of the place after the last one: `columnCount + 1` numbers. A cell ends one byte
   * before the next begins.
   */
  readonly starts: Uint32Array;
  /** The `CELL_KIND` of each cell, indexed like `starts`. */
  readonly kinds: Uint8Array;
  /** The greatest kind in each column. */
  readonly mostKinds: Uint8Array;
  /** The numbers of each column. The value of a cell that is text is arbitrary. */
  readonly values: readonly Float64Array[];
}

export interface CsvLimits {
  /** The longest row in bytes. Default 1 MiB. */
  readonly maxRowBytes?: number | undefined;
  /** The largest file in bytes. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** The most cells that the separators and line ends may make, asked before any is cut. Default: as many as there are. */
  readonly maxCells?: number | undefined;
}
