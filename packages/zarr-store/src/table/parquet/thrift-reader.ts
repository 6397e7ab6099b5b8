// Reads values of Thrift's compact protocol, in which the footer of a Parquet file is written, within bounds.

/** The types of values. Source: Apache Thrift, "Thrift Compact protocol encoding". */
export const THRIFT = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13,
} as const;

/** No footer nests as deeply as this. */
const MAX_DEPTH = 64;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a struct field by field. Every method throws a `RangeError` for bytes that are not what it expects. */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Reads a struct. `read` gets each field and reads its value, or returns false to pass over it. */
  struct(read: (field: number, type: number) => boolean): void {
    this.#enter();
    let field = 0;
    for (let header = this.#byte(); header !== 0; header = this.#byte()) {
      const type = header & 0x0f;
      field = header >> 4 === 0 ? this.integer() : field + (header >> 4);
      if (!read(field, type)) {
        this.#skip(type);
      }
    }
    this.#depth--;
  }

  /** Reads a list of structs. */
  structs(readOne: () => void): void {
    const { size, type } = this.#listHeader();
    if (type !== THRIFT.struct) {
      throw new RangeError(`a list of the type ${type}, where structs are expected`);
    }
    for (let index = 0; index < size; index++) {
      readOne();
    }
  }

  /** Reads an integer of 8 bits. */
  byte(): number {
    return (this.#byte() << 24) >> 24;
  }

  /** Reads an integer of 16 or 32 bits. */
  integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Reads an integer of 64 bits as a number. Beyond 2^53 it is rounded, which no size or offset of a file reaches. */
  long(): number {
    const value = this.#varint(70);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Reads an integer without a sign. The levels of pages, which are not Thrift, have the same form. */
  unsigned(): number {
    return this.#varint();
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  text(): string {
    const length = this.#length(this.#varint());
    const text = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    try {
      return UTF8.decode(text);
    } catch {
      throw new RangeError("a text that is not UTF-8");
    }
  }

  #skip(type: number): void {
    switch (type) {
      case THRIFT.true:
      case THRIFT.false:
        return;
      case THRIFT.byte:
        this.#move(1);
        return;
      case THRIFT.i16:
      case THRIFT.i32:
      case THRIFT.i64:
        this.#skipVarint();
        return;
      case THRIFT.double:
        this.#move(8);
        return;
      case THRIFT.uuid:
        this.#move(16);
        return;
      case THRIFT.binary:
        this.#move(this.#varint());
        return;
      case THRIFT.list:
      case THRIFT.set:
        this.#skipList();
        return;
      case THRIFT.map:
        this.#skipMap();
        return;
      case THRIFT.struct:
        this.struct(() => false);
        return;
      default:
        throw new RangeError(`a value of the type ${type}, which there is not`);
    }
  }

  #skipList(): void {
    const { size, type } = this.#listHeader();
    this.#enter();
    for (let index = 0; index < size; index++) {
      this.#skipElement(type);
    }
    this.#depth--;
  }

  #skipMap(): void {
    const size = this.#length(this.#varint());
    if (size === 0) {
      return;
    }
    const types = this.#byte();
    this.#enter();
    for (let index = 0; index < size; index++) {
      this.#skipElement(types >> 4);
      this.#skipElement(types & 0x0f);
    }
    this.#depth--;
  }

  /** In a list, a boolean is a byte. */
  #skipElement(type: number): void {
    if (type === THRIFT.true || type === THRIFT.false) {
      this.#move(1);
    } else {
      this.#skip(type);
    }
  }

  #listHeader(): { readonly size: number; readonly type: number } {
    const header = this.#byte();
    const size = header >> 4 === 0x0f ? this.#varint() : header >> 4;
    return { size: this.#length(size), type: header & 0x0f };
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) {
      throw new RangeError("the end in the middle of a value");
    }
    this.#at++;
    return byte;
  }

  /** Reads up to 35 bits, or as many as asked for, as a number. */
  #varint(mostBits = 35): number {
    let value = 0;
    for (let shift = 0; shift < mostBits; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return value;
      }
    }
    throw new RangeError(`an integer of more than ${mostBits === 35 ? 32 : 64} bits`);
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count++) {
      if (this.#byte() < 0x80) {
        return;
      }
    }
    throw new RangeError("an integer of more than 64 bits");
  }

  /** A length that fits into what is left: each element takes a byte at least. */
  #length(length: number): number {
    if (length > this.#bytes.length - this.#at) {
      throw new RangeError(
        `${length} bytes or elements, where ${this.#bytes.length - this.#at} bytes are left`,
      );
    }
    return length;
  }

  #move(length: number): void {
    this.#at += this.#length(length);
  }

  #enter(): void {
    this.#depth++;
    if (this.#depth > MAX_DEPTH) {
      throw new RangeError(`values that are nested more than ${MAX_DEPTH} times`);
    }
  }
}
