// The codec transpose, which stores the axes in another order.

import { stridesOf } from "../block.ts";
import { itemSizeBytes } from "../dtype.ts";
import type { ArrayToArrayCodec } from "./zarr-codec.ts";

interface TransposeConfiguration {
  /** Axis `i` of the encoded array is axis `order[i]` of the decoded array. */
  readonly order: readonly number[];
}

/** @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/transpose/index.html */
export const transposeCodec: ArrayToArrayCodec<TransposeConfiguration> = {
  name: "transpose",
  kind: "array-array",
  zarrFormats: [3],
  members: ["order"],
  parse: (configuration) => {
    const rank = configuration.shape.length;
    const order = configuration.integers("order", rank, 0, rank - 1);
    if (new Set(order).size !== rank) {
      throw configuration.invalid("order", `each axis from 0 to ${rank - 1} once`);
    }
    return { order };
  },
  encodedShape: (shape, { order }) => order.map((axis) => shape[axis] ?? 1),
  decode: (elements, { order }, { dtype, shape }) =>
    undoTranspose(elements, shape, order, itemSizeBytes(dtype)),
};

/** Transposes an array, whose axis `i` is axis `order[i]` of `shape`, back to `shape`. */
function undoTranspose(
  bytes: Uint8Array,
  shape: readonly number[],
  order: readonly number[],
  itemSize: number,
): Uint8Array {
  const encodedStrides = stridesOf(order.map((axis) => shape[axis] ?? 1));
  const strides = shape.map((_, axis) => encodedStrides[order.indexOf(axis)] ?? 0);
  const decoded = new Uint8Array(bytes.length);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < bytes.length; to += itemSize) {
    for (let i = 0; i < itemSize; i += 1) {
      decoded[to + i] = bytes[from * itemSize + i] ?? 0;
    }
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        from += strides[axis] ?? 0;
        break;
      }
      index[axis] = 0;
      from -= (next - 1) * (strides[axis] ?? 0);
    }
  }
  return decoded;
}
