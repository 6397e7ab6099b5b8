// Reads the numbers of an entry that need 64 bits from its extra fields.

import { whole } from "./find-zip-end.ts";
import { EXTRA_64, IN_64_OF_32 } from "./zip-layout.ts";

const FIELD_HEADER_BYTES = 4;
const NUMBER_BYTES = 8;

/**
 * Returns the numbers of a header: those of 32 bits that are not all ones, and in place of the others those of the extra field.
 *
 * That field holds only the numbers that are all ones in the header, in their order. Some programs write all of them; each must
 * then be what the header says.
 *
 * Source: PKWARE, .ZIP File Format Specification (APPNOTE) 6.3.10, section 4.5.3.
 *
 * @param extra all extra fields of a header
 * @param header its sizes, unpacked and packed, and its offset if it has one
 * @returns what is wrong, in words that follow the name of the entry, if the fields contradict themselves or the header
 */
export function extraNumbers(extra: Uint8Array, header: readonly number[]): readonly number[] | string {
  const field = field64(extra);
  if (typeof field === "string") {
    return field;
  }
  const asked = header.filter((value) => value === IN_64_OF_32).length;
  const has = field === undefined ? 0 : Math.floor(field.byteLength / NUMBER_BYTES);
  if (asked > has) {
    return field === undefined && asked > 0
      ? "says that its numbers have 64 bits, and has none"
      : "has fewer numbers of 64 bits than it says";
  }
  const hasAll = has > asked;
  const numbers: number[] = [];
  let at = 0;
  for (const value of header) {
    const isOfField = value === IN_64_OF_32;
    const isThere = (isOfField || hasAll) && field !== undefined && at + NUMBER_BYTES <= field.byteLength;
    const large = isThere ? whole(field, at) : undefined;
    if (isThere) {
      at += NUMBER_BYTES;
    }
    if (isOfField ? large === undefined : isThere && large !== value) {
      return isOfField
        ? "has a number beyond 2^53"
        : "has numbers of 32 and 64 bits that contradict each other";
    }
    numbers.push(isOfField ? (large ?? 0) : value);
  }
  return numbers;
}

/** The extra field with numbers of 64 bits; undefined if it is missing. */
function field64(extra: Uint8Array): DataView | undefined | string {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  let found: DataView | undefined;
  let at = 0;
  while (at + FIELD_HEADER_BYTES <= extra.length) {
    const size = view.getUint16(at + 2, true);
    const start = at + FIELD_HEADER_BYTES;
    if (start + size > extra.length) {
      return "has extra fields that are longer than they say";
    }
    if (view.getUint16(at, true) === EXTRA_64) {
      if (found !== undefined) {
        return "has its numbers of 64 bits twice";
      }
      found = new DataView(extra.buffer, extra.byteOffset + start, size);
    }
    at = start + size;
  }
  return found;
}
