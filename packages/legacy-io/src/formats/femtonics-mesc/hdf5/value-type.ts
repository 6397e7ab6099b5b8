// Reads of which type values of an HDF5 file are, and how many there are.

import { brokenHdf5, type Hdf5Cursor, unreadHdf5 } from "./hdf5-cursor.ts";

/** A type of values, as far as it is read. */
export type Hdf5Type =
  | {
      readonly kind: "int" | "uint" | "float";
      readonly sizeBytes: 1 | 2 | 4 | 8;
      readonly endian: "little" | "big";
      /** Bits of a value that count, from the lowest. */
      readonly bits: number;
    }
  | { readonly kind: "string"; readonly sizeBytes: number }
  /** A string of any length, in a global heap. */
  | { readonly kind: "text"; readonly sizeBytes: number }
  | { readonly kind: "other"; readonly sizeBytes: number; readonly name: string };

const CLASSES = [
  "integers",
  "floats",
  "times",
  "strings",
  "bit fields",
  "opaque bytes",
  "compounds",
  "references",
  "enumerations",
  "lists of any length",
  "arrays",
] as const;
/** A float's bits for sign, exponent and mantissa, and its bias (IEEE 754). */
const FLOATS: Readonly<Record<number, readonly number[]>> = {
  4: [31, 23, 8, 0, 23, 127],
  8: [63, 52, 11, 0, 52, 1023],
};

/** A datatype message (HDF5 specification, §IV.A.2.d). */
export function readType(cursor: Hdf5Cursor): Hdf5Type {
  const first = cursor.uint(1);
  const [kind, version] = [first & 0x0f, first >> 4];
  const flags = cursor.uint(3);
  const sizeBytes = cursor.uint(4);
  if (version < 1 || version > 5 || sizeBytes === 0) {
    throw brokenHdf5("a type of values cannot be read", {
      offset: cursor.offset,
      found: [version, sizeBytes],
    });
  }
  if (kind === 0 || kind === 1) {
    return numberType(cursor, kind, flags, sizeBytes);
  }
  if (kind === 3) {
    return { kind: "string", sizeBytes };
  }
  return kind === 9 && (flags & 0x0f) === 1
    ? { kind: "text", sizeBytes }
    : { kind: "other", sizeBytes, name: CLASSES[kind] ?? `the class ${kind}` };
}

function numberType(cursor: Hdf5Cursor, kind: 0 | 1, flags: number, sizeBytes: number): Hdf5Type {
  const endian = (flags & 1) === 0 ? "little" : "big";
  const [bitOffset, bits] = [cursor.uint(2), cursor.uint(2)];
  if (kind === 0) {
    const isSigned = (flags & 8) !== 0;
    const isWhole = bits === 8 * sizeBytes;
    const isKnown = bitOffset === 0 && bits > 0 && bits <= 8 * sizeBytes && (isWhole || !isSigned);
    return isKnown && isItemSize(sizeBytes)
      ? { kind: isSigned ? "int" : "uint", sizeBytes, endian, bits }
      : { kind: "other", sizeBytes, name: `integers of ${bits} bits in ${sizeBytes} bytes` };
  }
  const expected = FLOATS[sizeBytes];
  const layout = [(flags >> 8) & 0xff, ...[1, 1, 1, 1, 4].map((size) => cursor.uint(size))];
  const isKnown =
    expected?.every((value, at) => value === layout[at]) === true &&
    bitOffset === 0 &&
    bits === 8 * sizeBytes &&
    (flags & 0x40) === 0;
  return isKnown && isItemSize(sizeBytes)
    ? { kind: "float", sizeBytes, endian, bits }
    : { kind: "other", sizeBytes, name: `floats of ${bits} bits` };
}

function isItemSize(sizeBytes: number): sizeBytes is 1 | 2 | 4 | 8 {
  return [1, 2, 4, 8].includes(sizeBytes);
}

/** How many elements there are along each axis, slowest first. A scalar has no axis; nothing at all has one of 0. */
export interface Hdf5Space {
  readonly shape: readonly number[];
  /** The most that there may become; Infinity without limit. */
  readonly mostShape: readonly number[];
}

const MOST_AXES = 32;

/** A dataspace message (HDF5 specification, §IV.A.2.b). */
export function readSpace(cursor: Hdf5Cursor): Hdf5Space {
  const version = cursor.version("a dataspace", [1, 2]);
  const rank = cursor.uint(1);
  const flags = cursor.uint(1);
  const kind = cursor.uint(1);
  cursor.skip(version === 1 ? 4 : 0);
  if (rank > MOST_AXES) {
    throw brokenHdf5("a dataspace has too many axes", { offset: cursor.offset, expected: 32, found: rank });
  }
  if (version === 2 && kind === 2) {
    return { shape: [0], mostShape: [0] };
  }
  const sizes = (): readonly number[] => Array.from({ length: rank }, () => cursor.length());
  const shape = sizes();
  if (shape.some((size) => !Number.isSafeInteger(size))) {
    throw brokenHdf5("an axis has no size", { offset: cursor.offset, found: shape });
  }
  return { shape, mostShape: (flags & 1) === 0 ? shape : sizes() };
}

/** Elements of a shape. @throws LegacyIoError `not_supported` beyond `most` */
export function countElements(shape: readonly number[], most: number): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (!(count <= most)) {
    throw unreadHdf5(`${shape.join(" \u00d7 ")} values are more than may be`, {
      expected: most,
      found: count,
    });
  }
  return count;
}
