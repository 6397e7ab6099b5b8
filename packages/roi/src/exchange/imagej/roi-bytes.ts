// Access to the bytes of a `.roi` file that cannot leave the file.

import { unexpected } from "../../shapes/fields/read-field.ts";

/** The big-endian fields of a `.roi` file. Before reading, call `require` for the range. */
export class RoiBytes {
  readonly length: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
  }

  /** Throws `invalid_argument` for a range that is not wholly in the file. */
  require(offset: number, length: number, what: string): void {
    if (offset < 0 || length < 0 || offset + length > this.length) {
      throw unexpected(`byte ${offset}`, `${what} of ${length} bytes in a file of ${this.length}`, undefined);
    }
  }

  uint8(offset: number): number {
    return this.#view.getUint8(offset);
  }

  uint16(offset: number): number {
    return this.#view.getUint16(offset);
  }

  int16(offset: number): number {
    return this.#view.getInt16(offset);
  }

  uint32(offset: number): number {
    return this.#view.getUint32(offset);
  }

  int32(offset: number): number {
    return this.#view.getInt32(offset);
  }

  /** Throws `invalid_argument` for NaN and infinity. */
  float32(offset: number): number {
    const value = this.#view.getFloat32(offset);
    if (!Number.isFinite(value)) {
      throw unexpected(`byte ${offset}`, "a finite number", value);
    }
    return value === 0 ? 0 : value;
  }

  /** Any float, even NaN and infinity: for values that nothing depends on. */
  anyFloat32(offset: number): number {
    return this.#view.getFloat32(offset);
  }

  /** Reads `length` UTF-16 code units of two bytes each. */
  utf16(offset: number, length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) {
      text += String.fromCharCode(this.uint16(offset + 2 * index));
    }
    return text;
  }

  /** Reads `length` bytes as characters, for messages. */
  latin1(offset: number, length: number): string {
    return String.fromCharCode(...Array.from({ length }, (_, index) => this.uint8(offset + index)));
  }
}
