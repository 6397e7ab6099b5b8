// What is wrong with a CSV, and on which line.
import { ZarrStoreError, type ZarrStoreErrorDetails } from "../../errors.ts";

const LF = 0x0a;
const CR = 0x0d;

/** `invalid_file` at a byte of a CSV, with the line on which it lies. */
export function csvError(
  bytes: Uint8Array,
  offset: number,
  problem: string,
  details: ZarrStoreErrorDetails = {},
): ZarrStoreError {
  const line = lineOfOffset(bytes, offset);
  return new ZarrStoreError("invalid_file", `CSV line ${line}: ${problem}`, { line, offset, ...details });
}

/** The line on which a byte lies, counted from 1. */
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

/** The first byte from `offset` on that ends no line. */
export function skipLineEnds(bytes: Uint8Array, offset: number): number {
  let at = offset;
  while (bytes[at] === LF || bytes[at] === CR) {
    at++;
  }
  return at;
}
