import type { DType, TypedArrayOf } from "./dtype.ts";

/** A dense array in C order: `data.length` is the product of `shape`. */
export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: TypedArrayOf<D>;
}
