// Reads numbers of a block of an HDF5 file one after another, never beyond its end.

import { LegacyIoError, type LegacyIoErrorDetails } from "../../../errors.ts";

const WORD = 2 ** 32;

/** Sizes of addresses and lengths in a file, in bytes. */
export interface Hdf5Sizes {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export function brokenHdf5(problem: string, details: LegacyIoErrorDetails = {}): LegacyIoError {
  return new LegacyIoError("invalid_file", `HDF5: ${problem}`, details);
}

export function unreadHdf5(problem: string, details: LegacyIoErrorDetails = {}): LegacyIoError {
  return new LegacyIoError("not_supported", `HDF5: ${problem}, which is not read`, details);
}

/** A place in bytes that were read. Numbers are little-endian. */
export class Hdf5Cursor {
  readonly bytes: Uint8Array;
  readonly sizes: Hdf5Sizes;
  /** Where the bytes begin in the file, for errors. */
  readonly offset: number;
  at = 0;

  constructor(bytes: Uint8Array, sizes: Hdf5Sizes, offset: number) {
    this.bytes = bytes;
    this.sizes = sizes;
    this.offset = offset;
  }

  get rest(): number {
    return this.bytes.length - this.at;
  }

  /** The next bytes, as a view. */
  take(count: number): Uint8Array {
    if (!(count >= 0 && count <= this.rest)) {
      throw brokenHdf5("a block ends before what is in it", {
        offset: this.offset + this.at,
        expected: count,
        found: this.rest,
      });
    }
    const from = this.at;
    this.at += count;
    return this.bytes.subarray(from, this.at);
  }

  skip(count: number): void {
    this.take(count);
  }

  /** Goes on to a multiple of 8 from the start of the bytes. */
  align8(): void {
    this.skip(-this.at & 7);
  }

  /** An unsigned number; Infinity if all its bits are set and it has as many bytes as an address or length. */
  uint(byteCount: number): number {
    const bytes = this.take(byteCount);
    const value = unsignedOf(bytes);
    if (!Number.isSafeInteger(value)) {
      if (bytes.every((byte) => byte === 0xff)) {
        return Number.POSITIVE_INFINITY;
      }
      throw brokenHdf5("a number is larger than any file", { offset: this.offset + this.at - byteCount });
    }
    return value;
  }

  /** The address of something; undefined if it has no address. */
  address(): number | undefined {
    const bytes = this.bytes.subarray(this.at, this.at + this.sizes.offsetBytes);
    const value = this.uint(this.sizes.offsetBytes);
    return bytes.every((byte) => byte === 0xff) ? undefined : value;
  }

  /** Infinity for "without limit". */
  length(): number {
    const bytes = this.bytes.subarray(this.at, this.at + this.sizes.lengthBytes);
    const value = this.uint(this.sizes.lengthBytes);
    return bytes.every((byte) => byte === 0xff) ? Number.POSITIVE_INFINITY : value;
  }

  /** @throws LegacyIoError `invalid_file` if other bytes stand here */
  expect(letters: string, what: string): void {
    const found = String.fromCharCode(...this.take(letters.length));
    if (found !== letters) {
      throw brokenHdf5(`${what} does not begin as it should`, {
        offset: this.offset + this.at - letters.length,
        expected: letters,
        found,
      });
    }
  }

  /** A version that is read. @throws LegacyIoError `not_supported` */
  version(what: string, known: readonly number[]): number {
    const version = this.uint(1);
    if (!known.includes(version)) {
      throw unreadHdf5(`${what} has the version ${version}`, {
        offset: this.offset + this.at - 1,
        expected: known,
        found: version,
      });
    }
    return version;
  }
}

/** The number in little-endian bytes; inexact beyond 53 bits. */
function unsignedOf(bytes: Uint8Array): number {
  const word = (from: number): number => {
    let value = 0;
    for (let at = Math.min(bytes.length, from + 4) - 1; at >= from; at--) {
      value = value * 256 + (bytes[at] ?? 0);
    }
    return value;
  };
  return word(4) * WORD + word(0);
}
