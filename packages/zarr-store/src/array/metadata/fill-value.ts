// The fill value of an array: how it is parsed, written, and turned into bytes.

import { MACHINE_ENDIAN } from "../../bytes/byte-order.ts";
import type { JsonField } from "../../json/json-field.ts";
import { type DType, itemSizeBytes } from "../dtype.ts";
import { invalidField } from "./metadata-field.ts";

/**
 * The value of elements that are not stored: a boolean for `bool`, a bigint for 64-bit integers, otherwise a number.
 */
export type FillValue = number | bigint | boolean;

interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
}

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** The zero of a dtype. */
export function zeroFillValue(dtype: DType): FillValue {
  switch (dtype) {
    case "bool":
      return false;
    case "int64":
    case "uint64":
      return 0n;
    default:
      return 0;
  }
}

/**
 * Reads a fill value.
 *
 * | dtype | JSON |
 * |---|---|
 * | `bool` | `true` or `false` |
 * | integers | an integer in range; beyond 2^53 only as a bigint |
 * | floats | a number, `"NaN"`, `"Infinity"`, `"-Infinity"`, or the bits in hexadecimal |
 *
 * All NaNs count as the same value.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/data-types/index.html
 */
export function parseFillValue(field: JsonField, dtype: DType): FillValue {
  if (dtype === "bool") {
    if (typeof field.value !== "boolean") {
      throw invalidField(field, "true or false");
    }
    return field.value;
  }
  return isFloat(dtype) ? parseFloatFill(field, dtype) : parseIntegerFill(field, dtype);
}

/** The fill value for JSON. Integers beyond 2^53 stay bigint, for a writer that keeps them exact. */
export function encodeFillValue(value: FillValue): boolean | number | bigint | string {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** The bytes of one element of this value, in the machine's byte order. */
export function fillValueBytes(dtype: DType, value: FillValue): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(itemSizeBytes(dtype)));
  const isLittle = MACHINE_ENDIAN === "little";
  if (dtype === "float32") {
    view.setFloat32(0, Number(value), isLittle);
  } else if (dtype === "float64") {
    view.setFloat64(0, Number(value), isLittle);
  } else {
    setInteger(view, BigInt(value), isLittle);
  }
  return new Uint8Array(view.buffer);
}

function setInteger(view: DataView, value: bigint, isLittle: boolean): void {
  const size = view.byteLength;
  for (let i = 0; i < size; i += 1) {
    const shift = BigInt(8 * (isLittle ? i : size - 1 - i));
    view.setUint8(i, Number((value >> shift) & 0xffn));
  }
}

function parseIntegerFill(field: JsonField, dtype: DType): FillValue {
  const { min, max } = integerRange(dtype);
  const { value } = field;
  const isInteger = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
  if (!isInteger || BigInt(value) < min || BigInt(value) > max) {
    throw invalidField(field, `an integer from ${min} to ${max}`);
  }
  return itemSizeBytes(dtype) === 8 ? BigInt(value) : Number(value);
}

function parseFloatFill(field: JsonField, dtype: DType): FillValue {
  const { value } = field;
  if (typeof value === "number" || typeof value === "bigint") {
    const number = Number(value);
    const rounded = dtype === "float32" ? Math.fround(number) : number;
    if (Number.isFinite(rounded)) {
      return rounded;
    }
  } else if (typeof value === "string") {
    const number = Object.hasOwn(NON_FINITE, value) ? NON_FINITE[value] : floatOfBits(value, dtype);
    if (number !== undefined) {
      return number;
    }
  }
  throw invalidField(field, `a ${dtype}: a number, "NaN", "Infinity", "-Infinity" or its bits as "0x…"`);
}

function floatOfBits(text: string, dtype: DType): number | undefined {
  const size = itemSizeBytes(dtype);
  if (text.length !== 2 + 2 * size || !/^0x[0-9a-fA-F]+$/.test(text)) {
    return undefined;
  }
  const view = new DataView(new ArrayBuffer(size));
  setInteger(view, BigInt(text), true);
  return size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

function integerRange(dtype: DType): IntegerRange {
  const bits = BigInt(8 * itemSizeBytes(dtype));
  return dtype.startsWith("u")
    ? { min: 0n, max: (1n << bits) - 1n }
    : { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}
