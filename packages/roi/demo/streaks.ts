import type { Plane } from "../src/index.ts";

const HEIGHT = 40;
const WIDTH = 64;
/** Where each red cell is at the first line, in columns. */
const CELLS: readonly number[] = [-27, -19, -9.5, -2, 7.25, 15, 26.5, 33, 44.5, 52];
const COLUMNS_PER_LINE = 0.75;

/**
 * A kymograph of 40 lines by 64 pixels, 0 to 255: bright plasma, and red cells whose way leaves slanted dark streaks.
 * Sums and products only, which every runtime rounds alike: the same pixels everywhere.
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
