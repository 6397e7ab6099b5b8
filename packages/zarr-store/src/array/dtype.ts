/** The element types that arrays may have. Bytes in memory are the machine's; on disk they are little-endian. */
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

/** The typed array that holds elements of a dtype in memory; `bool` is a byte of 0 or 1. */
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

/** Every dtype of an array. */
export const DTYPES: readonly DType[] = Object.keys(ITEM_SIZE_BYTES).filter(isDType);

/** Whether a value, as a file may say it, is the name of a {@link DType}. */
export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(ITEM_SIZE_BYTES, value);
}

/** Bytes of one element. */
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

/** A typed array of zeros. */
export function allocateTypedArray<D extends DType>(dtype: D, length: number): TypedArrayOf<D> {
  return new TYPED_ARRAY[dtype](length);
}

/** Elements in the machine's byte order as a typed array: over the same memory where it is aligned, else over a copy. */
export function typedArrayOver<D extends DType>(dtype: D, bytes: Uint8Array<ArrayBuffer>): TypedArrayOf<D> {
  const size = itemSizeBytes(dtype);
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new TYPED_ARRAY[dtype](aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}

/** True for the kind of typed array that holds this dtype, from any realm. */
export function isTypedArrayOf<D extends DType>(dtype: D, data: unknown): data is TypedArrayOf<D> {
  return Object.prototype.toString.call(data) === `[object ${TYPED_ARRAY[dtype].name}]`;
}
