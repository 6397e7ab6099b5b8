// The element types of arrays, their sizes, and the typed arrays that hold them.

/** The element types of arrays. In memory, bytes are in the machine's order; on disk they are little-endian. */
export type DType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64";

/** The typed array for each dtype; a `bool` is a byte of 0 or 1. */
export interface TypedArrayByDType {
  readonly bool: Uint8Array<ArrayBuffer>;
  readonly int8: Int8Array<ArrayBuffer>;
  readonly int16: Int16Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly int64: BigInt64Array<ArrayBuffer>;
  readonly uint8: Uint8Array<ArrayBuffer>;
  readonly uint16: Uint16Array<ArrayBuffer>;
  readonly uint32: Uint32Array<ArrayBuffer>;
  readonly uint64: BigUint64Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
  readonly float64: Float64Array<ArrayBuffer>;
}

/** The typed array for one dtype. */
export type TypedArrayOf<D extends DType> = TypedArrayByDType[D];

const ITEM_SIZE_BYTES: Readonly<Record<DType, 1 | 2 | 4 | 8>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float32: 4,
  float64: 8,
};

/** All dtypes. */
export const DTYPES: readonly DType[] = Object.keys(ITEM_SIZE_BYTES).filter(isDType);

/** Whether a value, for example from a file, is the name of a {@link DType}. */
export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(ITEM_SIZE_BYTES, value);
}

/** The size of one element in bytes. */
export function itemSizeBytes(dtype: DType): 1 | 2 | 4 | 8 {
  return ITEM_SIZE_BYTES[dtype];
}

interface TypedArrayConstructor<D extends DType> {
  readonly name: string;
  new (length: number): TypedArrayOf<D>;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TypedArrayOf<D>;
}

const TYPED_ARRAY: { readonly [D in DType]: TypedArrayConstructor<D> } = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Makes a typed array of zeros. */
export function allocateTypedArray<D extends DType>(dtype: D, length: number): TypedArrayOf<D> {
  return new TYPED_ARRAY[dtype](length);
}

/**
 * Makes a typed array of bytes in the machine's order. It shares their memory if they are aligned, otherwise it
 * copies them.
 */
export function typedArrayOver<D extends DType>(dtype: D, bytes: Uint8Array<ArrayBuffer>): TypedArrayOf<D> {
  const size = itemSizeBytes(dtype);
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new TYPED_ARRAY[dtype](aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}

/** Whether `data` is the kind of typed array that holds this dtype. Works for objects of any realm. */
export function isTypedArrayOf<D extends DType>(dtype: D, data: unknown): data is TypedArrayOf<D> {
  return Object.prototype.toString.call(data) === `[object ${TYPED_ARRAY[dtype].name}]`;
}
