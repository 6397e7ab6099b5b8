// Errors in a CSV, and the lines on which they are.

import { ZarrStoreError, type ZarrStoreErrorDetails } from "../../errors.ts";

const LF = 0x0a;
const CR = 0x0d;

/** Makes the error `invalid_file` for a byte of a CSV, with its line. */
export function csvError(
  bytes: Uint8Array,
  offset: number,
  problem: string,
  details: ZarrStoreErrorDetails = {},
): ZarrStoreError {
  const line = lineOfOffset(bytes, offset);
  return new ZarrStoreError("invalid_file", `CSV line ${line}: ${problem}`, { line, offset, ...details });
}

/** Returns the line of a byte, counted from 1. */
export function lineOfOffset(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let index = 0; index < offset; index++) {
    const byte = bytes[index];
    if (byte === LF || (byte === CR && bytes[index + 1] !== LF)) {
      line++;
    }
  }
  return line;
}

/** Returns the offset of the first byte from `offset` on that is not a line end. */
export function skipLineEnds(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (bytes[at] === LF || bytes[at] === CR) {
    at++;
  }
  return at;
}
