// Reads codes bit by bit, the most significant bit of each byte first.

import { LegacyIoError } from "../../../errors.ts";

const END_OF_LINE_ZEROS = 11;
/** The most bits that a look ahead gives. */
const MOST_AHEAD = 24;

/** Bits of a strip, and how far they have been read. Behind the end all bits are 0. */
export class FaxBits {
  readonly #bytes: Uint8Array;
  readonly #size: number;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#size = bytes.length * 8;
  }

  /** How many bits have been read. */
  get position(): number {
    return this.#at;
  }

  get left(): number {
    return this.#size - this.#at;
  }

  /** The next `count` bits, at most 24, which are not read by that. */
  peek(count: number): number {
    const bytes = this.#bytes;
    const at = this.#at >>> 3;
    const word =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
    return (word << (this.#at & 7)) >>> (32 - count);
  }

  /**
   * Reads over `count` bits.
   * @throws {LegacyIoError} `invalid_file` if there are fewer
   */
  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#size) {
      throw damagedFax("the data are cut off");
    }
  }

  /** Goes on to the beginning of a byte. */
  skipToByte(): void {
    this.#at = (this.#at + 7) & ~7;
  }

  /** Reads one end of a line, with the zeros that may fill the space before it. False if something else comes next. */
  skipEndOfLine(): boolean {
    const zeros = this.#zerosAhead();
    if (zeros < END_OF_LINE_ZEROS || zeros >= this.left) {
      return false;
    }
    this.#at += zeros + 1;
    return true;
  }

  /** True if no bit that is left is 1. */
  isBlank(): boolean {
    return this.#zerosAhead() >= this.left;
  }

  #zerosAhead(): number {
    const start = this.#at;
    while (this.#at < this.#size && this.peek(MOST_AHEAD) === 0) {
      this.#at += MOST_AHEAD;
    }
    const zeros = this.#at - start + Math.clz32(this.peek(MOST_AHEAD)) - (32 - MOST_AHEAD);
    this.#at = start;
    return zeros;
  }
}

/** The error for data that no encoder writes. */
export function damagedFax(reason: string): LegacyIoError {
  return new LegacyIoError("invalid_file", `damaged CCITT data: ${reason}`);
}
