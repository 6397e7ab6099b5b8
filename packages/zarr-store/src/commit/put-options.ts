// What is known of an object that a transaction puts.

/** An object that is staged. */
export interface StagedPut {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly imageIds?: readonly string[];
}

/** What a caller of `put` may know of the object. */
export interface PutOptions {
  /** The images that the object is about. */
  readonly imageIds?: readonly string[] | undefined;
  /** The SHA-256 of the bytes. Default: it is computed. */
  readonly sha256?: string | undefined;
  /** The SHA-256 of a file that another program wrote at the path, from which the bytes were taken. */
  readonly replaces?: string | undefined;
}
