// Reads one chunk of an Arrow column and converts the types of other writers to ours.

import type {
  Data,
  DataType,
  Date_ as DateType,
  Decimal,
  Dictionary,
  Duration,
  List,
  Time,
  Timestamp,
  TimeUnit,
} from "apache-arrow";
import { ZarrStoreError } from "../../errors.ts";
import type { ColumnType } from "../table-schema.ts";
import { type ColumnBuffers, checkSize, concatColumns, nullColumn, takeColumn } from "./column-buffers.ts";
import { dateText } from "./foreign/date-text.ts";
import { decimalText, MOST_FLOAT_DIGITS, unscaledAt } from "./foreign/decimal-text.ts";
import { listRange, listText } from "./foreign/list-texts.ts";
import { typeWords } from "./foreign/type-words.ts";
import { packStrings, utf8OfViews } from "./utf8-strings.ts";

/** The types that are read, by Arrow's names, and what they become. A dictionary becomes the type of its values. */
const typeByArrowName: ReadonlyMap<string, ColumnType> = new Map([
  ["Int64", "int64"],
  ["Uint64", "int64"],
  ["Uint32", "int64"],
  ["Int32", "int32"],
  ["Int16", "int32"],
  ["Int8", "int32"],
  ["Uint16", "int32"],
  ["Uint8", "int32"],
  ["Float64", "float64"],
  ["Float32", "float64"],
  ["Float16", "float64"],
  ["Utf8", "utf8"],
  ["LargeUtf8", "utf8"],
  ["Utf8View", "utf8"],
  // pandas writes this type for a column that holds only None.
  ["Null", "utf8"],
  ["Bool", "bool"],
]);

/**
 * The numbers of Arrow's types, which its own `DataType.is…` compare. They belong to the format and are the same in every
 * version, so a table is read without loading Arrow, and one of another version of it as well.
 */
const TYPE_IDS = {
  ...{ dictionary: -1, null: 1, decimal: 7, date: 8, time: 9, timestamp: 10 },
  ...{ list: 12, fixedSizeList: 16, duration: 18, largeList: 21, utf8View: 24 },
} as const;

function isDictionary(type: DataType): type is Dictionary {
  return Number(type.typeId) === TYPE_IDS.dictionary;
}

/** Types that count units of time: they become int64, in nanoseconds. */
function isCountOfTime(type: DataType): type is Timestamp | Time | Duration {
  const id = Number(type.typeId);
  return id === TYPE_IDS.timestamp || id === TYPE_IDS.time || id === TYPE_IDS.duration;
}

function isDecimal(type: DataType): type is Decimal {
  return Number(type.typeId) === TYPE_IDS.decimal;
}

function isDate(type: DataType): type is DateType {
  return Number(type.typeId) === TYPE_IDS.date;
}

function isList(type: DataType): type is List {
  const id = Number(type.typeId);
  return id === TYPE_IDS.list || id === TYPE_IDS.fixedSizeList || id === TYPE_IDS.largeList;
}

/** The unit of what an Arrow type becomes: nanoseconds for timestamps, times and durations. */
export function unitReadFrom(type: DataType): string | undefined {
  return isDictionary(type) ? unitReadFrom(type.dictionary) : isCountOfTime(type) ? "ns" : undefined;
}

/**
 * Returns our type for an Arrow type.
 *
 * @throws {ZarrStoreError} `not_supported`, naming the column and its type, for structs, maps, binary and the like.
 */
export function typeReadFrom(type: DataType, column: string): ColumnType {
  if (isDictionary(type)) {
    return typeReadFrom(type.dictionary, column);
  }
  if (isList(type)) {
    typeReadFrom(elementTypeOf(type), column);
    return "utf8";
  }
  const found = isCountOfTime(type)
    ? "int64"
    : isDecimal(type)
      ? type.precision <= MOST_FLOAT_DIGITS
        ? "float64"
        : "utf8"
      : isDate(type)
        ? "utf8"
        : typeByArrowName.get(String(type));
  if (found === undefined) {
    throw unreadType(column, typeWords(type));
  }
  return found;
}

function elementTypeOf({ children }: DataType): DataType {
  const [element] = children ?? [];
  if (element === undefined) {
    throw new RangeError("a list type has a type of its elements");
  }
  return element.type;
}

/** The error for a column of a type that is not read. */
export function unreadType(column: string, type: string): ZarrStoreError {
  return new ZarrStoreError(
    "not_supported",
    `${column} has the type ${type}, which is not read; write it as numbers, text or timestamps`,
    {
      expected: [
        ...typeByArrowName.keys(),
        "Decimal",
        "Date",
        "Time",
        "Timestamp",
        "Duration",
        "List",
        "Dictionary",
      ],
      found: type,
    },
  );
}

type Memory = "own" | "borrowed";

/**
 * Reads one chunk of an Arrow column, as a copy. With `borrowed` it shares the memory of the chunk if that needs no
 * conversion. A NaN becomes a null: a missing number is NULL, never NaN.
 */
export function readChunk(data: Data, type: ColumnType, column: string, memory: Memory): ColumnBuffers {
  if (isDictionary(data.type)) {
    return readDictionary(data, type, column);
  }
  if (data.nullCount === data.length && data.length > 0) {
    return nullColumn(type, data.length);
  }
  switch (type) {
    case "float64":
      return readFloats(data, memory);
    case "int32":
      return { type, values: int32Of(data, memory), valid: validOf(data) };
    case "int64":
      return { type, values: readInt64(data, column, memory), valid: validOf(data) };
    case "bool":
      return { type, values: unpackBits(data.values, data.offset, data.length), valid: validOf(data) };
    case "utf8":
      return readStrings(data, column, memory);
    default:
      return type satisfies never;
  }
}

function validOf(data: Data): Uint8Array | undefined {
  return data.nullCount > 0 ? unpackBits(data.nullBitmap, data.offset, data.length) : undefined;
}

function unpackBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  const flags = new Uint8Array(length);
  for (let row = 0; row < length; row += 1) {
    const at = offset + row;
    if (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) {
      flags[row] = 1;
    }
  }
  return flags;
}

function numbersOf(data: Data): ArrayLike<number> {
  return data.values.subarray(0, data.length);
}

function int32Of(data: Data, memory: Memory): Int32Array {
  const numbers = numbersOf(data);
  return numbers instanceof Int32Array ? inMemory(numbers, memory) : Int32Array.from(numbers);
}

function float64Of(data: Data, memory: Memory): Float64Array {
  const numbers = numbersOf(data);
  return numbers instanceof Float64Array ? inMemory(numbers, memory) : Float64Array.from(numbers);
}

function inMemory<A extends { slice(): A }>(array: A, memory: Memory): A {
  return memory === "own" ? array.slice() : array;
}

function readFloats(data: Data, memory: Memory): ColumnBuffers {
  if (isDecimal(data.type)) {
    return readDecimals(data, data.type);
  }
  const values =
    String(data.type) === "Float16" ? Float64Array.from(numbersOf(data), float16Of) : float64Of(data, memory);
  let valid = validOf(data);
  for (let row = 0; row < values.length; row += 1) {
    if (Number.isNaN(values[row])) {
      valid ??= new Uint8Array(values.length).fill(1);
      valid[row] = 0;
    }
  }
  return { type: "float64", values, valid };
}

/** Up to 15 digits come back from a float64. */
function readDecimals(data: Data, { bitWidth, scale }: Decimal): ColumnBuffers {
  const valid = validOf(data);
  const values = Float64Array.from({ length: data.length }, (_, row) =>
    valid?.[row] === 0 ? 0 : Number(decimalText(unscaledAt(data, row, bitWidth), scale)),
  );
  return { type: "float64", values, valid };
}

/** The number that 16 bits mean: a sign, 5 bits of exponent, 10 of fraction. Source: IEEE 754, binary16. */
function float16Of(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  }
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function readInt64(data: Data, column: string, memory: Memory): BigInt64Array {
  const source = data.values.subarray(0, data.length);
  const factor = isCountOfTime(data.type) ? nsPerUnit(data.type.unit) : 1n;
  if (source instanceof BigInt64Array && factor === 1n) {
    return inMemory(source, memory);
  }
  const values = new BigInt64Array(data.length);
  for (let row = 0; row < values.length; row += 1) {
    const value = BigInt(source[row] ?? 0) * factor;
    if (BigInt.asIntN(64, value) !== value) {
      throw new ZarrStoreError(
        "not_supported",
        `${column} has the type ${typeWords(data.type)}, and row ${row} holds ${value}, which is beyond int64`,
        { expected: "int64", found: value },
      );
    }
    values[row] = value;
  }
  return values;
}

/** The nanoseconds of one unit. Arrow counts units from 0: second, millisecond, microsecond, nanosecond. */
function nsPerUnit(unit: TimeUnit): bigint {
  return 1000n ** BigInt(3 - unit);
}

function readStrings(data: Data, column: string, memory: Memory): ColumnBuffers {
  if (Number(data.type.typeId) === TYPE_IDS.null) {
    return packStrings(new Array<null>(data.length).fill(null));
  }
  if (Number(data.type.typeId) === TYPE_IDS.utf8View) {
    return utf8OfViews(data, validOf(data), column);
  }
  const textOf = textReader(data, column);
  if (textOf !== undefined) {
    const valid = validOf(data);
    return packStrings(
      Array.from({ length: data.length }, (_, row) => (valid?.[row] === 0 ? null : textOf(row))),
    );
  }
  const source: Int32Array | BigInt64Array = data.valueOffsets;
  const start = Number(source[0] ?? 0);
  const size = checkSize(Number(source[data.length] ?? 0) - start);
  const bytes: Uint8Array = data.values.subarray(start, start + size);
  return {
    type: "utf8",
    offsets: offsetsFrom(source.subarray(0, data.length + 1), start, memory),
    bytes: inMemory(bytes, memory),
    valid: validOf(data),
  };
}

/** Makes the text of a row of a column that is not text in Arrow; undefined for one that is. */
function textReader(data: Data, column: string): ((row: number) => string) | undefined {
  const { type } = data;
  if (isDecimal(type)) {
    return (row) => decimalText(unscaledAt(data, row, type.bitWidth), type.scale);
  }
  if (isDate(type)) {
    return (row) => {
      const text = dateText(data, row, type.unit);
      if (text === undefined) {
        throw new ZarrStoreError("not_supported", `${column}, row ${row}: a date beyond the year 275760`, {
          expected: "a date",
        });
      }
      return text;
    };
  }
  if (!isList(type)) {
    return undefined;
  }
  const [child] = data.children;
  const inner = elementTypeOf(type);
  const elements =
    child === undefined ? packStrings([]) : readChunk(child, typeReadFrom(inner, column), column, "borrowed");
  return (row) => listText(elements, listRange(data, row), isList(inner));
}

/** Converts offsets so that they begin at 0. */
function offsetsFrom(source: Int32Array | BigInt64Array, start: number, memory: Memory): Int32Array {
  if (source instanceof Int32Array && start === 0 && source.length > 0) {
    return inMemory(source, memory);
  }
  const offsets = new Int32Array(Math.max(1, source.length));
  for (let row = 0; row < source.length; row += 1) {
    offsets[row] = Number(source[row] ?? 0) - start;
  }
  return offsets;
}

function readDictionary(data: Data, type: ColumnType, column: string): ColumnBuffers {
  const parts = data.dictionary?.data.map((part) => readChunk(part, type, column, "borrowed")) ?? [];
  // Indices of 64 bits are bigints; no table has as many values as would not fit.
  const indices = Int32Array.from(data.values.subarray(0, data.length), Number);
  const valid = validOf(data);
  if (valid !== undefined) {
    for (let row = 0; row < indices.length; row += 1) {
      indices[row] = valid[row] === 0 ? -1 : (indices[row] ?? -1);
    }
  }
  return takeColumn(concatColumns(parts, type), indices);
}
