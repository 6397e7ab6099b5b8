// Line scans of known truth: the blood of the demos' simulator, with a noise, columns and saturation that are chosen.

import { seededRandom } from "../../apps/demos/src/simulator/random.ts";
import { drawBlood } from "../../apps/demos/src/simulator/simulate-kymograph.ts";

/** As in the lab's capillary. */
const DEFAULT_UM_PER_PIXEL = 0.284;
const BASE = 6000;
const PLASMA = 600;
const LINES_A_PLACE = 20;
/** How blurred a wall is. */
const WALL_PX = 0.6;
/** What a red cell takes from the light, on the average. */
const CONTRAST = 0.75 * PLASMA;

export interface Phantom {
  readonly pixels: Uint16Array;
  readonly lines: number;
  readonly columns: number;
}

export interface PhantomOptions {
  readonly lines: number;
  readonly columns: number;
  /** Columns that the blood moves a line. */
  readonly pxPerLine: number;
  /** Contrast of a streak ÷ SD of a pixel's noise. */
  readonly snr: number;
  readonly seed: string;
  /** Red cells are 6 µm long. */
  readonly umPerPixel?: number;
  /** The lines during which the blood stands still. */
  readonly stall?: { readonly start: number; readonly stop: number };
  /** SD of what each column has more or less than the others, in contrasts of a streak. */
  readonly staticColumns?: number;
  /** Light above this share of the plasma's is cut. */
  readonly saturation?: number;
}

export function streakPhantom(options: PhantomOptions): Phantom {
  const { lines, columns, pxPerLine, snr, seed, stall = { start: 0, stop: 0 } } = options;
  const { umPerPixel = DEFAULT_UM_PER_PIXEL, staticColumns = 0 } = options;
  const { saturation = Number.POSITIVE_INFINITY } = options;
  const random = seededRandom(seed);
  const path = pxPerLine * lines;
  const least = (Math.min(0, -path) - 1) * umPerPixel;
  const most = (columns + Math.max(0, -path) + 1) * umPerPixel;
  const blood = drawBlood(least, most, random);
  const columnLight = Float64Array.from(
    { length: columns },
    () => staticColumns * CONTRAST * random.normal(),
  );
  const pixels = new Uint16Array(lines * columns);
  for (let line = 0; line < lines; line += 1) {
    const stalled = Math.min(Math.max(0, line - stall.start), stall.stop - stall.start);
    for (let column = 0; column < columns; column += 1) {
      const place = (column + 0.5 - pxPerLine * (line - stalled)) * umPerPixel;
      const light = PLASMA * blood(place) + (columnLight[column] ?? 0) + (CONTRAST / snr) * random.normal();
      pixels[line * columns + column] = Math.max(0, Math.round(BASE + Math.min(light, saturation * PLASMA)));
    }
  }
  return { pixels, lines, columns };
}

/** A vessel that lies across the columns, `width` wide with blurred walls, brighter than what is about it. */
export function vesselPhantom({
  lines,
  columns,
  width,
  snr,
  seed,
}: {
  lines: number;
  columns: number;
  width: number;
  snr: number;
  seed: string;
}): Phantom {
  const random = seededRandom(seed);
  const pixels = new Uint16Array(lines * columns);
  for (let line = 0; line < lines; line += 1) {
    // Now and then it moves, and may lie anywhere between two columns.
    const centre = columns / 2 + ((Math.floor(line / LINES_A_PLACE) * 0.618) % 1) - 0.5;
    for (let column = 0; column < columns; column += 1) {
      const inside = width / 2 - Math.abs(column - centre);
      const light = PLASMA / (1 + Math.exp(-inside / WALL_PX));
      pixels[line * columns + column] = Math.max(
        0,
        Math.round(BASE + light + (PLASMA / snr) * random.normal()),
      );
    }
  }
  return { pixels, lines, columns };
}
