// Makes the pixels of an artificial line scan.

import type { NdArray } from "@kym/zarr-store";
import type { Build } from "../against/load-build.ts";

/** Makes noise over columns of different brightness, 16 bits per pixel. zstd compresses it to about half. */
export function madeScan(
  createNdArray: Build["createNdArray"],
  shape: readonly [rows: number, columns: number],
  seed = 0,
): NdArray {
  const scan = createNdArray("uint16", shape);
  let state = seed + 1;
  for (let index = 0; index < scan.data.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    scan.data[index] = 500 + (index % shape[1]) * 20 + (state >>> 24);
  }
  return scan;
}
