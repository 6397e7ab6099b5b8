// Dense arrays in memory: making, checking, joining and slicing them into planes.

import { MACHINE_ENDIAN, swapByteOrder } from "../bytes/byte-order.ts";
import { ZarrStoreError } from "../errors.ts";
import {
  allocateTypedArray,
  type DType,
  isDType,
  isTypedArrayOf,
  itemSizeBytes,
  type TypedArrayOf,
  typedArrayOver,
} from "./dtype.ts";

/** A dense array in C order. `data.length` is the product of `shape`. */
export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: TypedArrayOf<D>;
}

/**
 * Makes an array that uses `data` without copying it, or an array of zeros, and checks it.
 *
 * @throws {ZarrStoreError} `invalid_argument`, see {@link checkNdArray}
 *
 * @example
 * const image = createNdArray("uint16", [2, 3], new Uint16Array([1, 2, 3, 4, 5, 6]));
 */
export function createNdArray<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data?: TypedArrayOf<D>,
): NdArray<D> {
  const array = { dtype, shape: [...shape], data: data ?? allocateTypedArray(dtype, elementCount(shape)) };
  checkNdArray(array);
  return array;
}

/** Whether an array has this dtype; narrows the type of its data. */
export function isNdArrayOf<D extends DType>(array: NdArray, dtype: D): array is NdArray<D> {
  return array.dtype === dtype;
}

/**
 * Checks an array that may come from untyped code.
 *
 * @throws {ZarrStoreError} `invalid_argument` for
 * - an unknown dtype, or a typed array that does not fit it
 * - a shape whose lengths are not safe integers from 0 up
 * - a number of elements other than the product of the shape
 * - a `bool` that is neither 0 nor 1
 */
export function checkNdArray(array: NdArray): void {
  const { dtype, shape, data } = array;
  if (!isDType(dtype)) {
    throw new ZarrStoreError("invalid_argument", `unknown dtype ${JSON.stringify(dtype)}`, { found: dtype });
  }
  if (!isTypedArrayOf(dtype, data)) {
    const expected = allocateTypedArray(dtype, 0).constructor.name;
    throw new ZarrStoreError("invalid_argument", `the data of a ${dtype} array must be a ${expected}`, {
      expected,
    });
  }
  const expected = elementCount(shape);
  if (data.length !== expected) {
    throw new ZarrStoreError(
      "invalid_argument",
      `an array of shape [${shape}] has ${expected} elements, its data has ${data.length}`,
      { expected, found: data.length },
    );
  }
  if (dtype === "bool" && !areBooleans(data)) {
    throw new ZarrStoreError("invalid_argument", "the data of a bool array must be 0 or 1", {
      expected: "0 or 1",
    });
  }
}

/**
 * The number of elements of a shape. Lengths and product must be safe integers from 0 up.
 *
 * @throws {ZarrStoreError} `invalid_argument`
 */
export function elementCount(shape: readonly number[]): number {
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new ZarrStoreError(
      "invalid_argument",
      `the lengths of a shape and their product must be safe integers from 0 up: [${shape}]`,
      {
        found: shape,
      },
    );
  }
  return count;
}

/** Whether every value is 0 or 1. */
export function areBooleans(values: ArrayLike<number | bigint>): boolean {
  for (let i = 0; i < values.length; i += 1) {
    if (values[i] !== 0 && values[i] !== 1) {
      return false;
    }
  }
  return true;
}

/** Joins arrays of one dtype, one after the other in C order, into an array of this shape. */
export function joinArrays<D extends DType>(
  dtype: D,
  shape: readonly number[],
  parts: readonly NdArray<D>[],
): NdArray<D> {
  const joined = createNdArray(dtype, shape);
  const target = new Uint8Array(joined.data.buffer);
  let offset = 0;
  for (const { data } of parts) {
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return joined;
}

/** The elements as little-endian bytes in C order. On a little-endian machine, this is a view of the array's memory. */
export function ndArrayBytes({ dtype, data }: NdArray): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return MACHINE_ENDIAN === "little" ? bytes : swapByteOrder(bytes, itemSizeBytes(dtype));
}

/**
 * One plane of an array (its last two axes), as a view of the array's memory.
 *
 * @param index One index for each leading axis, slowest first. Default: all 0.
 * @throws {ZarrStoreError} `invalid_argument` for an array of fewer than two axes, or an index outside it
 */
export function planeOf<D extends DType>(array: NdArray<D>, index?: readonly number[]): NdArray<D> {
  const leading = array.shape.slice(0, -2);
  const planeShape = array.shape.slice(-2);
  if (planeShape.length < 2) {
    throw new ZarrStoreError("invalid_argument", `an array of shape [${array.shape}] has no plane`, {
      found: array.shape,
    });
  }
  const at = index ?? leading.map(() => 0);
  const inside = leading.every((length, axis) => {
    const i = at[axis] ?? -1;
    return Number.isInteger(i) && i >= 0 && i < length;
  });
  if (at.length !== leading.length || !inside) {
    throw new ZarrStoreError("invalid_argument", `no plane [${at}] in an array of shape [${array.shape}]`, {
      expected: leading,
      found: at,
    });
  }
  const plane = leading.reduce((sum, length, axis) => sum * length + (at[axis] ?? 0), 0);
  const sizeBytes = elementCount(planeShape) * itemSizeBytes(array.dtype);
  const { buffer, byteOffset } = array.data;
  const bytes = new Uint8Array(buffer, byteOffset + plane * sizeBytes, sizeBytes);
  return { dtype: array.dtype, shape: planeShape, data: typedArrayOver(array.dtype, bytes) };
}
