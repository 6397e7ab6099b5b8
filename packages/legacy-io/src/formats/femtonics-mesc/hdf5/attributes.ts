// Reads the attributes of an object of an HDF5 file as numbers and texts.

import { hasHeap } from "./group-links.ts";
import { Hdf5Cursor, unreadHdf5 } from "./hdf5-cursor.ts";
import type { Hdf5File } from "./hdf5-file.ts";
import { readHeapObject } from "./heap-object.ts";
import { cursorOf, type Hdf5Object, MESSAGE, messageOf } from "./object-header.ts";
import { countElements, type Hdf5Type, readSpace, readType } from "./value-type.ts";

/** A text, numbers in the order of their array, or the name of a type that is not read. */
export type Hdf5Value =
  | { readonly text: string }
  | { readonly numbers: readonly number[]; readonly itemBytes: number; readonly isWhole: boolean }
  | { readonly unread: string };

/** By name. A later attribute of the same name is not looked at. */
export type Hdf5Attributes = ReadonlyMap<string, Hdf5Value>;

/** Numbers of one attribute. */
const MOST_NUMBERS = 2 ** 20;

/**
 * @throws LegacyIoError `invalid_file`; `not_supported` for attributes in a fractal heap ("dense")
 */
export async function readAttributes(file: Hdf5File, object: Hdf5Object): Promise<Hdf5Attributes> {
  const info = messageOf(object, MESSAGE.attributeInfo, file);
  if (info !== undefined && hasHeap(info, 2)) {
    throw unreadHdf5("an object keeps its attributes in a fractal heap (dense)", { offset: info.offset });
  }
  const attributes = new Map<string, Hdf5Value>();
  for (const message of object.messages.filter(({ type }) => type === MESSAGE.attribute)) {
    const { name, value } = await readAttribute(file, cursorOf(message, file));
    if (!attributes.has(name)) {
      attributes.set(name, value);
    }
  }
  return attributes;
}

/** An attribute message (HDF5 specification, §IV.A.2.m). */
async function readAttribute(
  file: Hdf5File,
  cursor: Hdf5Cursor,
): Promise<{ readonly name: string; readonly value: Hdf5Value }> {
  const version = cursor.version("an attribute", [1, 2, 3]);
  const flags = cursor.uint(1);
  const [nameBytes, typeBytes, spaceBytes] = [cursor.uint(2), cursor.uint(2), cursor.uint(2)];
  cursor.skip(version === 3 ? 1 : 0);
  const part = (size: number): Hdf5Cursor => {
    const offset = cursor.offset + cursor.at;
    const found = new Hdf5Cursor(cursor.take(size), file, offset);
    if (version === 1) {
      cursor.align8();
    }
    return found;
  };
  const name = untilZero(part(nameBytes).bytes);
  const [type, space] = [part(typeBytes), part(spaceBytes)];
  if (version > 1 && (flags & 3) !== 0) {
    return { name, value: { unread: "a shared type" } };
  }
  const { shape } = readSpace(space);
  return {
    name,
    value: await attributeValue(file, readType(type), countElements(shape, MOST_NUMBERS), cursor),
  };
}

async function attributeValue(
  file: Hdf5File,
  type: Hdf5Type,
  count: number,
  cursor: Hdf5Cursor,
): Promise<Hdf5Value> {
  if (type.kind === "other" || ((type.kind === "string" || type.kind === "text") && count !== 1)) {
    return { unread: type.kind === "other" ? type.name : `${count} texts` };
  }
  const data = cursor.take(count * type.sizeBytes);
  if (type.kind === "string") {
    return { text: untilZero(data) };
  }
  if (type.kind !== "text") {
    const isWhole = type.kind !== "float";
    return { numbers: numbersOf(data, type, count), itemBytes: type.sizeBytes, isWhole };
  }
  const at = new Hdf5Cursor(data, file, cursor.offset);
  const length = at.uint(4);
  const address = at.address();
  if (address === undefined || address === 0) {
    return { text: "" };
  }
  return { text: untilZero((await readHeapObject(file, address, at.uint(4))).subarray(0, length)) };
}

function numbersOf(
  data: Uint8Array,
  { kind, endian, sizeBytes }: Extract<Hdf5Type, { readonly bits: number }>,
  count: number,
): readonly number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const little = endian === "little";
  const read = (at: number): number => {
    switch (`${kind}${sizeBytes}`) {
      case "uint1":
        return view.getUint8(at);
      case "int1":
        return view.getInt8(at);
      case "uint2":
        return view.getUint16(at, little);
      case "int2":
        return view.getInt16(at, little);
      case "uint4":
        return view.getUint32(at, little);
      case "int4":
        return view.getInt32(at, little);
      case "uint8":
        return Number(view.getBigUint64(at, little));
      case "int8":
        return Number(view.getBigInt64(at, little));
      case "float4":
        return view.getFloat32(at, little);
      default:
        return view.getFloat64(at, little);
    }
  };
  return Array.from({ length: count }, (_, at) => read(at * sizeBytes));
}

/** A text as bytes, which may be UTF-8 or Latin-1, up to the first 0. */
export function untilZero(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("windows-1252").decode(text);
  }
}

/** One number; undefined for anything else. */
export function numberOfAttribute(attributes: Hdf5Attributes, name: string): number | undefined {
  const value = attributes.get(name);
  const [first, ...more] = value !== undefined && "numbers" in value ? value.numbers : [];
  return more.length === 0 ? first : undefined;
}

/** A text, also one as an array of characters: bytes, or numbers of 2 bytes (UTF-16). Undefined for anything else. */
export function textOfAttribute(attributes: Hdf5Attributes, name: string): string | undefined {
  const value = attributes.get(name);
  if (value === undefined || "unread" in value) {
    return undefined;
  }
  if ("text" in value) {
    return value.text;
  }
  const { numbers, itemBytes, isWhole } = value;
  if (!isWhole || itemBytes > 2) {
    return undefined;
  }
  if (itemBytes === 1) {
    return untilZero(Uint8Array.from(numbers));
  }
  const end = numbers.indexOf(0);
  return numbers
    .slice(0, end < 0 ? numbers.length : end)
    .map((code) => String.fromCharCode(code))
    .join("");
}
