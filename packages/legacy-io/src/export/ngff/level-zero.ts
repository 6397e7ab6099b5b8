// Says how the chunks of a dataset's array are the chunks of an export's level 0, byte for byte.

import type { ArrayMetadata } from "@kym/zarr-store";
import { encodeArrayNode } from "@kym/zarr-store/array";

/**
 * The `zarr.json` of level 0 over the chunks of a dataset's array. Where the export has the axes in another order, the codec
 * `transpose` says so, and the chunks stay as they are.
 *
 * @param order axis `i` of the export is axis `order[i]` of the dataset
 * @param names of the axes in the export
 */
export function levelZeroNode(
  metadata: ArrayMetadata,
  order: readonly number[],
  names: readonly string[],
): Uint8Array<ArrayBuffer> {
  const reordered = (lengths: readonly number[]): readonly number[] =>
    order.map((axis) => lengths[axis] ?? 1);
  const isSame = order.every((axis, at) => axis === at);
  const { codecs } = metadata;
  return encodeArrayNode({
    ...metadata,
    shape: reordered(metadata.shape),
    chunkShape: reordered(metadata.chunkShape),
    chunkKeyEncoding: { name: "default", separator: "/" },
    codecs: isSame
      ? codecs
      : {
          ...codecs,
          arrayToArray: [
            { name: "transpose", order: order.map((_, axis) => order.indexOf(axis)) },
            ...codecs.arrayToArray,
          ],
        },
    dimensionNames: names,
    attributes: {},
  });
}

/** The key of a chunk in level 0, by its key in the dataset's array: `c/0/1` or, as older versions wrote it, `c.0.1`. */
export function levelZeroKey(
  key: string,
  { chunkKeyEncoding: { name, separator } }: Pick<ArrayMetadata, "chunkKeyEncoding">,
  order: readonly number[],
): string {
  const coords = key.split(separator).slice(name === "default" ? 1 : 0);
  return ["c", ...order.map((axis) => coords[axis] ?? "0")].join("/");
}
