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
  /** Where the cells lie in the file, if there are no quotes in it: numbers are read from there. */
  readonly spans: CellSpans | undefined;
}

/** The places of all cells, the header's first. */
export interface CellSpans {
  readonly bytes: Uint8Array;
  /** Of each row where its cells begin, and where one more would: a cell ends a byte before the next begins. */
  readonly starts: Uint32Array;
  /** 1 where a cell, counted like `starts`, has the bytes of the one above it, which may be the header's. */
  readonly repeats: Uint8Array;
  readonly columnCount: number;
  readonly rowCount: number;
}

export interface CsvLimits {
  /** The longest row in bytes. Default 1 MiB. */
  readonly maxRowBytes?: number | undefined;
  /** The largest file in bytes. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
}
