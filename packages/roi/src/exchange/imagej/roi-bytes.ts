import { unexpected } from "../../shapes/fields/read-field.ts";

/** The big-endian fields of a `.roi` file. What is read lies inside of a stretch that was required before. */
export class RoiBytes {
  readonly length: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
  }

  /** Throws `invalid_argument` for a stretch that is not all in the file. */
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

  /** As it stands, NaN and infinity too: for what nothing depends on. */
  anyFloat32(offset: number): number {
    return this.#view.getFloat32(offset);
  }

  /** `length` code units, two bytes each. */
  utf16(offset: number, length: number): string {
    let text = "";
    for (let index = 0; index < length; index++) {
      text += String.fromCharCode(this.uint16(offset + 2 * index));
    }
    return text;
  }

  /** `length` bytes as characters, for messages. */
  latin1(offset: number, length: number): string {
    return String.fromCharCode(...Array.from({ length }, (_, index) => this.uint8(offset + index)));
  }
}
