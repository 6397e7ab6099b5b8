// Reads one piece of a document, so that a piece that is wrong does not keep the others from being read.

import { isRoiError } from "@kym/roi";
import { isZarrStoreError } from "@kym/zarr-store/runtime";
import { isLegacyIoError } from "../../errors.ts";

/** Sentences about pieces that could not be read. */
export type Problems = string[];

/** The most problems of one list that are told one by one. */
const MOST_PROBLEMS = 20;

/** Reads a piece; an error about the file becomes a problem, and the piece is undefined. */
export function readPiece<T>(problems: Problems, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isLegacyIoError(error) && !isRoiError(error) && !isZarrStoreError(error)) {
      throw error;
    }
    problems.push(error.message);
    return undefined;
  }
}

/** Tells the first problems of a list one by one, and counts the others. */
export function addProblems(problems: Problems, some: readonly string[], what: string): void {
  problems.push(...some.slice(0, MOST_PROBLEMS));
  if (some.length > MOST_PROBLEMS) {
    problems.push(`${some.length - MOST_PROBLEMS} more ${what} cannot be read either`);
  }
}
