// Reads and writes NumPy's `.npy` files.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes, ndArrayBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { LegacyIoError } from "../errors.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MAX_HEADER_BYTES = 1 << 16;
const MAX_RANK = 32;
const ALIGNMENT = 64;
const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["b1", "bool"],
  ["i1", "int8"],
  ["i2", "int16"],
  ["i4", "int32"],
  ["i8", "int64"],
  ["u1", "uint8"],
  ["u2", "uint16"],
  ["u4", "uint32"],
  ["u8", "uint64"],
  ["f4", "float32"],
  ["f8", "float64"],
]);
const TYPE_CODES: ReadonlyMap<DType, string> = new Map([...DTYPES].map(([code, dtype]) => [dtype, code]));

/** Matches one item of `{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }`; the items may be in any order. */
const HEADER_ITEM =
  /[ ]*'(descr|fortran_order|shape)'[ ]*:[ ]*('[^'\\]*'|True|False|\((?:(?:0|[1-9]\d{0,14}),[ ]*)*(?:0|[1-9]\d{0,14})?\))[ ]*(,|(?=\}))/y;
const HEADER_END = /^[ ]*\}[ ]*\n?$/;

/**
 * Reads a `.npy` file, version 1 to 3, of booleans, integers or floats in either byte order. Fortran order becomes C order.
 * The header is matched against a strict grammar and never evaluated, and the file must have exactly the right size.
 * Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 * @throws {LegacyIoError} `invalid_file` for a damaged file; `not_supported` for other types: objects (pickles), text, dates,
 * structures, complex numbers, float16
 */
export function readNpy(bytes: Uint8Array): NdArray {
  const { header, dataOffset } = readHeader(bytes);
  const { dtype, isLittleEndian, isFortranOrder, shape } = header;
  const itemBytes = itemSizeBytes(dtype);
  const expected = shape.reduce((product, length) => product * length, itemBytes);
  const found = bytes.byteLength - dataOffset;
  if (found !== expected) {
    throw new LegacyIoError(
      "invalid_file",
      `npy: shape (${shape.join(", ")}) of ${dtype} needs ${expected} bytes, found ${found}`,
      {
        offset: dataOffset,
        expected,
        found,
      },
    );
  }
  const array = createNdArray<DType>(dtype, shape);
  const target = new Uint8Array(array.data.buffer);
  const data = bytes.subarray(dataOffset);
  if (isFortranOrder && shape.length > 1) {
    copyTransposed(data, target, shape, itemBytes);
  } else {
    target.set(data);
  }
  if (isLittleEndian !== (MACHINE_ENDIAN === "little")) {
    swapInPlace(target, itemBytes);
  }
  if (dtype === "bool" && target.some((value) => value > 1)) {
    throw new LegacyIoError("invalid_file", "npy: a boolean that is neither 0 nor 1", { offset: dataOffset });
  }
  return array;
}

/** Writes a `.npy` file: version 1, little-endian, C order, as NumPy itself writes it. */
export function writeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  const { dtype, shape } = array;
  const order = itemSizeBytes(dtype) === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${order}${TYPE_CODES.get(dtype) ?? ""}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefixBytes = MAGIC.length + 4;
  const paddedBytes = Math.ceil((prefixBytes + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = `${dictionary.padEnd(paddedBytes - prefixBytes - 1, " ")}\n`;
  const data = ndArrayBytes(array);
  const bytes = new Uint8Array(paddedBytes + data.byteLength);
  bytes.set([...MAGIC, 1, 0, header.length & 0xff, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), prefixBytes);
  bytes.set(data, paddedBytes);
  return bytes;
}

interface NpyHeader {
  readonly dtype: DType;
  readonly isLittleEndian: boolean;
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
}

function readHeader(bytes: Uint8Array): { readonly header: NpyHeader; readonly dataOffset: number } {
  if (bytes.byteLength < 10 || MAGIC.some((byte, index) => bytes[index] !== byte)) {
    throw new LegacyIoError("invalid_file", "not an npy file: it does not begin with \\x93NUMPY", {
      offset: 0,
    });
  }
  const [major = 0, minor = 0] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new LegacyIoError("not_supported", `npy version ${major}.${minor} is not supported`, {
      expected: "1.0, 2.0 or 3.0",
      found: `${major}.${minor}`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const textOffset = major === 1 ? 10 : 12;
  const headerBytes = major === 1 || view.byteLength < 12 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = textOffset + headerBytes;
  if (headerBytes > MAX_HEADER_BYTES || dataOffset > bytes.byteLength) {
    throw new LegacyIoError(
      "invalid_file",
      `npy: a header of ${headerBytes} bytes in a file of ${bytes.byteLength}`,
      {
        expected: Math.min(MAX_HEADER_BYTES, bytes.byteLength - textOffset),
        found: headerBytes,
      },
    );
  }
  const text = String.fromCharCode(...bytes.subarray(textOffset, dataOffset));
  return { header: parseHeader(text), dataOffset };
}

function parseHeader(text: string): NpyHeader {
  const items = new Map<string, string>();
  let at = text.startsWith("{") ? 1 : 0;
  for (let match = itemAt(text, at); match !== null && at > 0; match = itemAt(text, at)) {
    const [whole, key = "", value = ""] = match;
    if (items.has(key)) {
      throw headerError(text);
    }
    items.set(key, value);
    at += whole.length;
  }
  const descr = items.get("descr");
  const order = items.get("fortran_order");
  const shape = items.get("shape");
  const isOrder = order === "True" || order === "False";
  if (!HEADER_END.test(text.slice(at)) || !descr?.startsWith("'") || !isOrder || !shape?.startsWith("(")) {
    throw headerError(text);
  }
  return {
    ...parseType(descr.slice(1, -1)),
    isFortranOrder: order === "True",
    shape: parseShape(shape, text),
  };
}

function itemAt(text: string, at: number): RegExpExecArray | null {
  HEADER_ITEM.lastIndex = at;
  return HEADER_ITEM.exec(text);
}

function parseType(descr: string): Pick<NpyHeader, "dtype" | "isLittleEndian"> {
  const dtype = DTYPES.get(descr.slice(1));
  const order = descr.charAt(0);
  const isOrderKnown = order === "<" || order === ">" || (order === "|" && descr.endsWith("1"));
  if (dtype === undefined || !isOrderKnown) {
    const what = descr.endsWith("O") ? "an array of Python objects" : `type ${JSON.stringify(descr)}`;
    throw new LegacyIoError("not_supported", `npy: ${what} is not supported`, { found: descr });
  }
  return { dtype, isLittleEndian: order !== ">" };
}

/** Reads a tuple as Python writes it: `()`, `(3,)`, `(3, 4)`. Refuses shapes whose size in bytes is not a safe integer. */
function parseShape(tuple: string, text: string): readonly number[] {
  const inner = tuple.slice(1, -1).trim();
  const shape = inner === "" ? [] : inner.replace(/,$/, "").split(",").map(Number);
  const isTuple = inner === "" || shape.length > 1 || inner.endsWith(",");
  const product = shape.reduce((size, length) => size * Math.max(length, 1), 8);
  if (!isTuple || shape.length > MAX_RANK || !Number.isSafeInteger(product)) {
    throw headerError(text);
  }
  return shape;
}

function headerError(text: string): LegacyIoError {
  return new LegacyIoError("invalid_file", `npy: not a header: ${JSON.stringify(text.slice(0, 120))}`, {
    expected: "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }",
    found: text.slice(0, 120),
  });
}

/** Copies elements from Fortran order (first axis fastest) into C order (last axis fastest). */
function copyTransposed(
  source: Uint8Array,
  target: Uint8Array,
  shape: readonly number[],
  itemBytes: number,
): void {
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, length) => product * length, itemBytes),
  );
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < target.length; to += itemBytes) {
    for (let byte = 0; byte < itemBytes; byte++) {
      target[to + byte] = source[from + byte] ?? 0;
    }
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1;
      const stride = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      from += stride;
      index[axis] = next;
      if (next < length) {
        break;
      }
      from -= stride * length;
      index[axis] = 0;
    }
  }
}
