// The artificial kymograph under the ROIs of docs/rois.svg.

import type { Plane } from "../src/index.ts";

const HEIGHT = 40;
const WIDTH = 64;
/** The column of each red cell in the first line. */
const CELLS: readonly number[] = [-27, -19, -9.5, -2, 7.25, 15, 26.5, 33, 44.5, 52];
const COLUMNS_PER_LINE = 0.75;

/**
 * Makes a kymograph of 40 lines by 64 pixels, 0 to 255: bright plasma, and moving red cells that leave slanted
 * dark streaks. It uses only sums and products, which every runtime rounds the same way.
 */
export function streaks(): Plane {
  let seed = 1;
  const data = Uint8Array.from({ length: HEIGHT * WIDTH }, (_, index) => {
    const line = Math.floor(index / WIDTH);
    const centre = (index % WIDTH) + 0.5;
    const shade = CELLS.reduce((sum, cell) => {
      const away = Math.abs(centre - cell - line * COLUMNS_PER_LINE);
      return sum + Math.max(0, 1 - away / 2.5);
    }, 0);
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.round(185 - 105 * Math.min(1, shade) + ((seed >>> 16) % 29) - 14);
  });
  return { data, height: HEIGHT, width: WIDTH };
}
