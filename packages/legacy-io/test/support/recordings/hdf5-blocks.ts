// Writes blocks of HDF5 files: groups, datasets and attributes, in the layout of the HDF5 File Format Specification.

import { deflateSync } from "node:zlib";
import { lookup3 } from "../../../src/formats/femtonics-mesc/hdf5/lookup3.ts";

const NOWHERE = 0xffff_ffff_ffff_ffffn;

/** A number of bytes, little-endian. */
export function le(value: number | bigint, byteCount: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes.subarray(0, byteCount);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)]);
}

/** A type of values: `u2` an unsigned number of 2 bytes, `f8` a float, `>` before it big-endian. */
export type TypeName = "u1" | "u2" | ">u2" | "i2" | "u4" | "u8" | "f4" | "f8" | ">f8" | `S${number}`;

export function typeMessage(name: TypeName): Buffer {
  const [, order, letter = "", digits] = /^(>?)(\w)(\d+)$/.exec(name) ?? [];
  const size = Number(digits);
  const big = order === ">" ? 1 : 0;
  if (letter === "S") {
    return Buffer.concat([le(0x13, 4), le(size, 4)]);
  }
  if (letter === "f") {
    const [exponent = 8, mantissa = 23, bias = 127] = size === 8 ? [11, 52, 1023] : [];
    const flags = big | 0x20 | ((8 * size - 1) << 8);
    const parts = [
      le(0, 2),
      le(8 * size, 2),
      le(mantissa, 1),
      le(exponent, 1),
      le(0, 1),
      le(mantissa, 1),
      le(bias, 4),
    ];
    return Buffer.concat([le(0x11, 1), le(flags, 3), le(size, 4), ...parts]);
  }
  const flags = big | (letter === "i" ? 8 : 0);
  return padded(Buffer.concat([le(0x10, 1), le(flags, 3), le(size, 4), le(0, 2), le(8 * size, 2)]));
}

export function spaceMessage(shape: readonly number[]): Buffer {
  return Buffer.concat([le(1, 1), le(shape.length, 1), le(0, 6), ...shape.map((size) => le(size, 8))]);
}

export interface AttributeParts {
  readonly name: string;
  readonly type: TypeName;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export function attributeMessage({ name, type, shape, data }: AttributeParts): Buffer {
  const text = Buffer.from(`${name}\0`, "utf8");
  const [typeBytes, space] = [typeMessage(type), spaceMessage(shape)];
  const sizes = [text, typeBytes, space].map(({ length }) => le(length, 2));
  return Buffer.concat([le(1, 2), ...sizes, padded(text), padded(typeBytes), padded(space), data]);
}

export interface Message {
  readonly type: number;
  readonly data: Uint8Array;
}

export type FilterName = "deflate" | "shuffle" | "fletcher32";

export interface DatasetParts {
  readonly shape: readonly number[];
  readonly type: TypeName;
  readonly data: Uint8Array;
  readonly layout?: "contiguous" | "compact" | readonly number[];
  readonly filters?: readonly FilterName[];
}

/** Blocks of a file, one after another. Objects have headers of version 1 or 2. */
export class Hdf5Blocks {
  readonly #version: 1 | 2;
  readonly #blocks: Buffer[] = [];
  #end: number;

  constructor(version: 1 | 2) {
    this.#version = version;
    this.#end = version === 1 ? 96 : 48;
  }

  /** @returns its address */
  add(bytes: Uint8Array): number {
    const address = this.#end;
    const block = padded(bytes);
    this.#blocks.push(block);
    this.#end += block.length;
    return address;
  }

  /** An object; in version 1 its last messages stand in a continuation. */
  object(messages: readonly Message[]): number {
    return this.#version === 1 ? this.#objectV1(messages) : this.#objectV2(messages);
  }

  #objectV1(messages: readonly Message[]): number {
    const written = ({ type, data }: Message): Buffer => {
      const body = padded(data);
      return Buffer.concat([le(type, 2), le(body.length, 2), le(0, 4), body]);
    };
    const isLong = messages.length > 4;
    const more = messages.slice(isLong ? 3 : messages.length).map(written);
    const first = messages.slice(0, isLong ? 3 : messages.length).map(written);
    if (isLong) {
      const body = Buffer.concat(more);
      const to = Buffer.concat([le(this.add(body), 8), le(body.length, 8)]);
      first.push(written({ type: 0x10, data: to }));
    }
    const block = Buffer.concat(first);
    return this.add(
      Buffer.concat([
        le(1, 2),
        le(messages.length + (isLong ? 1 : 0), 2),
        le(1, 4),
        le(block.length, 4),
        le(0, 4),
        block,
      ]),
    );
  }

  #objectV2(messages: readonly Message[]): number {
    const body = Buffer.concat(
      messages.map(({ type, data }) => Buffer.concat([le(type, 1), le(data.length, 2), le(0, 1), data])),
    );
    const block = Buffer.concat([Buffer.from("OHDR"), le(2, 1), le(2, 1), le(body.length, 4), body]);
    return this.add(Buffer.concat([block, le(lookup3(block), 4)]));
  }

  /** A group of at most 8 objects by name, with attributes. */
  group(links: Readonly<Record<string, number>>, attributes: readonly AttributeParts[] = []): number {
    const more = attributes.map((one) => ({ type: 0x0c, data: attributeMessage(one) }));
    if (this.#version === 2) {
      const info = { type: 2, data: Buffer.concat([le(0, 2), le(NOWHERE, 8), le(NOWHERE, 8)]) };
      const all = Object.entries(links).map(([name, address]) => {
        const text = Buffer.from(name);
        return {
          type: 6,
          data: Buffer.concat([le(1, 1), le(0, 1), le(text.length, 1), text, le(address, 8)]),
        };
      });
      return this.object([info, ...all, ...more]);
    }
    const names = Object.keys(links).toSorted();
    const texts = names.map((name) => padded(Buffer.from(`${name}\0`)));
    const offsets = texts.map((_, at) => 8 + texts.slice(0, at).reduce((sum, { length }) => sum + length, 0));
    const heapData = Buffer.concat([le(0, 8), ...texts]);
    const head = Buffer.concat([Buffer.from("HEAP"), le(0, 4), le(heapData.length, 8), le(1, 8)]);
    const heap = this.add(Buffer.concat([head, le(this.add(heapData), 8)]));
    const symbols = names.map((name, at) =>
      Buffer.concat([le(offsets[at] ?? 0, 8), le(links[name] ?? 0, 8), le(0, 8), Buffer.alloc(16)]),
    );
    const node = this.add(Buffer.concat([Buffer.from("SNOD"), le(1, 2), le(names.length, 2), ...symbols]));
    const tree = this.add(
      Buffer.concat([
        ...[Buffer.from("TREE"), le(0, 2), le(1, 2), le(NOWHERE, 8), le(NOWHERE, 8)],
        ...[le(0, 8), le(node, 8), le(offsets.at(-1) ?? 0, 8)],
      ]),
    );
    return this.object([{ type: 0x11, data: Buffer.concat([le(tree, 8), le(heap, 8)]) }, ...more]);
  }

  dataset(parts: DatasetParts): number {
    const { shape, type, data, layout = "contiguous", filters = [] } = parts;
    return this.object([
      { type: 1, data: spaceMessage(shape) },
      { type: 3, data: typeMessage(type) },
      {
        type: 8,
        data: typeof layout === "string" ? this.#whole(layout, data) : this.#chunked(parts, layout),
      },
      ...(filters.length === 0 ? [] : [{ type: 0x0b, data: filterMessage(filters, data.length) }]),
    ]);
  }

  #whole(layout: "contiguous" | "compact", data: Uint8Array): Buffer {
    return layout === "compact"
      ? Buffer.concat([le(3, 1), le(0, 1), le(data.length, 2), data])
      : Buffer.concat([le(3, 1), le(1, 1), le(this.add(data), 8), le(data.length, 8)]);
  }

  /** Chunks in a tree of one node. */
  #chunked({ shape, type, data, filters = [] }: DatasetParts, chunk: readonly number[]): Buffer {
    const itemBytes = Number(/\d+/.exec(type)?.[0]);
    const counts = shape.map((size, axis) => Math.ceil(size / (chunk[axis] ?? 1)));
    const all = counts.reduce((product, count) => product * count, 1);
    const entries = Array.from({ length: all }, (_, number) => {
      let rest = number;
      const starts = counts.map((_, axis) => {
        const below = counts.slice(axis + 1).reduce((product, count) => product * count, 1);
        const at = Math.floor(rest / below);
        rest %= below;
        return at * (chunk[axis] ?? 1);
      });
      const bytes = filters.reduce(
        (found, filter) => filtered(found, filter, itemBytes),
        part(data, { shape, chunk, starts, itemBytes }),
      );
      const key = [le(bytes.length, 4), le(0, 4), ...starts.map((start) => le(start, 8)), le(0, 8)];
      return Buffer.concat([...key, le(this.add(bytes), 8)]);
    });
    const last = [le(0, 8), ...shape.map((size) => le(size, 8)), le(0, 8)];
    const head = [Buffer.from("TREE"), le(1, 1), le(0, 1), le(all, 2), le(NOWHERE, 8), le(NOWHERE, 8)];
    const tree = this.add(Buffer.concat([...head, ...entries, ...last]));
    const sizes = [...chunk, itemBytes].map((size) => le(size, 4));
    return Buffer.concat([le(3, 1), le(2, 1), le(chunk.length + 1, 1), le(tree, 8), ...sizes]);
  }

  /** The whole file. */
  file(root: number): Uint8Array<ArrayBuffer> {
    const signature = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");
    if (this.#version === 1) {
      const versions = [le(0, 5), le(8, 1), le(8, 1), le(0, 1), le(4, 2), le(16, 2), le(0, 4)];
      const addresses = [le(0, 8), le(NOWHERE, 8), le(this.#end, 8), le(NOWHERE, 8)];
      const entry = [le(0, 8), le(root, 8), le(0, 8), Buffer.alloc(16)];
      return new Uint8Array(Buffer.concat([signature, ...versions, ...addresses, ...entry, ...this.#blocks]));
    }
    const head = Buffer.concat([
      signature,
      le(3, 1),
      le(8, 1),
      le(8, 1),
      le(0, 1),
      le(0, 8),
      le(NOWHERE, 8),
      le(this.#end, 8),
      le(root, 8),
    ]);
    return new Uint8Array(Buffer.concat([head, le(lookup3(head), 4), ...this.#blocks]));
  }
}

function part(
  data: Uint8Array,
  {
    shape,
    chunk,
    starts,
    itemBytes,
  }: {
    readonly shape: readonly number[];
    readonly chunk: readonly number[];
    readonly starts: readonly number[];
    readonly itemBytes: number;
  },
): Buffer {
  const count = chunk.reduce((product, size) => product * size, 1);
  const bytes = Buffer.alloc(count * itemBytes);
  for (let at = 0; at < count; at++) {
    let [rest, place, isInside] = [at, 0, true];
    for (const [axis, size] of chunk.entries()) {
      const below = chunk.slice(axis + 1).reduce((product, one) => product * one, 1);
      const index = (starts[axis] ?? 0) + Math.floor(rest / below);
      rest %= below;
      isInside &&= index < (shape[axis] ?? 0) && size > 0;
      place = place * (shape[axis] ?? 0) + index;
    }
    if (isInside) {
      bytes.set(data.subarray(place * itemBytes, (place + 1) * itemBytes), at * itemBytes);
    }
  }
  return bytes;
}

function filterMessage(filters: readonly FilterName[], sizeBytes: number): Buffer {
  const all = filters.map((filter) => {
    const value = filter === "deflate" ? [6] : filter === "shuffle" ? [sizeBytes] : [];
    const id = { deflate: 1, shuffle: 2, fletcher32: 3 }[filter];
    return Buffer.concat([
      le(id, 2),
      le(0, 2),
      le(0, 2),
      le(value.length, 2),
      ...value.map((one) => le(one, 8)),
    ]);
  });
  return Buffer.concat([le(1, 1), le(filters.length, 1), le(0, 6), ...all]);
}

function filtered(bytes: Buffer, filter: FilterName, itemBytes: number): Buffer {
  if (filter === "deflate") {
    return deflateSync(bytes);
  }
  if (filter === "shuffle") {
    const count = Math.floor(bytes.length / itemBytes);
    const place = (at: number): number => (at % count) * itemBytes + Math.floor(at / count);
    return Buffer.from(bytes.map((byte, at) => (at < count * itemBytes ? (bytes[place(at)] ?? 0) : byte)));
  }
  let [first, second] = [0, 0];
  for (let at = 0; at < bytes.length; at += 2) {
    first = (first + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)) % 65_535;
    second = (second + first) % 65_535;
  }
  return Buffer.concat([bytes, le(first, 2), le(second, 2)]);
}
