// Defines a silent fault of a reader, and the stored facts that tell which images it can have affected.

import type { TableSchema } from "@kym/zarr-store";

/**
 * Whether a fault can have affected what a file gave, as far as the stored facts tell. `likely`: they speak for it.
 * `possible`: they do not rule it out.
 */
export type FaultLikelihood = "likely" | "possible";

/** A column of a stored table, as a fault asks about it. */
export interface StoredColumn {
  readonly name: string;
  readonly type: TableSchema["columns"][number]["type"];
  /** True if a value is a whole number of 19 or more digits. */
  readonly hasLongNumber: boolean;
  /** True if a text is a word that programs write for a missing value, such as `NA`. */
  readonly hasMissingWord: boolean;
}

/** What is stored of an image that a reader gave. */
export interface StoredRead {
  readonly dtype: string;
  /** The attributes of the image. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Loads the columns of the tables that the file gave and that nobody has changed since. Empty for a TIFF. */
  readonly columns: () => Promise<readonly StoredColumn[]>;
}

/** A fault of a reader that gave wrong content without an error. */
export interface ReaderFault {
  /** `tiff`, or the name of a sidecar format. */
  readonly reader: string;
  /** The first version of the reader without the fault. */
  readonly mendedIn: number;
  /** The first release without the fault, as package and version; undefined for a format that a caller added. */
  readonly since: string | undefined;
  /** What was wrong, for people. */
  readonly wrong: string;
  /** Decides from the stored facts; undefined if the fault cannot have affected the image. */
  readonly likelihood: (stored: StoredRead) => Promise<FaultLikelihood | undefined>;
}
