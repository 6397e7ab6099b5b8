// Draws the pixels of a line scan whose true velocity is known at every line.

import { type FlowProfile, velocityAt } from "./flow-profile.ts";
import type { Random } from "./random.ts";
import { type ScanGeometry, secondsPerLine, umPerPx } from "./scan-geometry.ts";

const MAX_12_BIT = 4095;
const CELL_UM = 6;
const CELL_EDGE_UM = 1.2;
const MIN_GAP_UM = 2;
const MEAN_EXTRA_GAP_UM = 6;
const GRID_UM = 0.1;
const DARK_LEVEL = 60;
const PLASMA_LEVEL = 900;
const COUNTS_PER_PHOTON = 10;
const READ_NOISE = 8;

export interface SimulatedKymograph {
  /** `lines` × `px` values of 12 bits, in C order. Rows are time, columns are space. */
  readonly pixels: Uint16Array<ArrayBuffer>;
  /** The true velocity at each line, in mm/s. */
  readonly velocityMmPerS: Float64Array;
}

/**
 * Draws a line scan along a capillary: dark red cells in bright plasma. A moving cell leaves a slanted streak, of
 * velocity · dt / dx columns per line. A cell that stands still leaves a vertical streak.
 */
export function simulateKymograph(
  geometry: ScanGeometry,
  profile: FlowProfile,
  random: Random,
): SimulatedKymograph {
  const { lines, px } = geometry;
  const stepUm = umPerPx(geometry);
  const periodS = secondsPerLine(geometry);
  const velocityMmPerS = Float64Array.from({ length: lines }, (_, line) =>
    velocityAt(profile, line * periodS),
  );
  const pathUm = integrate(velocityMmPerS, periodS);
  const [leastUm, mostUm] = rangeOf(pathUm);
  const blood = drawBlood(-mostUm, px * stepUm - leastUm, random);
  const gain = Float64Array.from({ length: px }, () => 1 + 0.04 * random.normal());
  const pixels = new Uint16Array(lines * px);
  for (let line = 0; line < lines; line += 1) {
    const offsetUm = pathUm[line] ?? 0;
    for (let column = 0; column < px; column += 1) {
      const light = PLASMA_LEVEL * (gain[column] ?? 1) * blood((column + 0.5) * stepUm - offsetUm);
      const noise = random.normal() * Math.sqrt(COUNTS_PER_PHOTON * light + READ_NOISE ** 2);
      pixels[line * px + column] = Math.min(MAX_12_BIT, Math.max(0, Math.round(DARK_LEVEL + light + noise)));
    }
  }
  return { pixels, velocityMmPerS };
}

/** Returns how far the blood has moved at each line, in µm. */
function integrate(velocityMmPerS: Float64Array, periodS: number): Float64Array {
  let pathUm = 0;
  return velocityMmPerS.map((velocity) => {
    const here = pathUm;
    pathUm += velocity * 1000 * periodS;
    return here;
  });
}

function rangeOf(values: Float64Array): readonly [min: number, max: number] {
  return values.reduce<readonly [number, number]>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [0, 0],
  );
}

/** Draws the transmitted light along the moving blood, from 0 (all absorbed) to 1 (plasma). */
export function drawBlood(startUm: number, stopUm: number, random: Random): (placeUm: number) => number {
  const originUm = startUm - CELL_UM;
  const light = new Float32Array(Math.ceil((stopUm - originUm + CELL_UM) / GRID_UM) + 2).fill(1);
  for (let cellUm = originUm; cellUm < stopUm + CELL_UM; ) {
    const halfUm = (CELL_UM / 2) * (0.85 + 0.3 * random.uniform());
    const absorbed = 0.6 + 0.3 * random.uniform();
    const firstIndex = Math.max(0, Math.floor((cellUm - halfUm - CELL_EDGE_UM - originUm) / GRID_UM));
    const lastIndex = Math.ceil((cellUm + halfUm + CELL_EDGE_UM - originUm) / GRID_UM);
    for (let index = firstIndex; index <= Math.min(lastIndex, light.length - 1); index += 1) {
      const insideUm = halfUm - Math.abs(originUm + index * GRID_UM - cellUm);
      const shade = Math.min(1, Math.max(0, 0.5 + insideUm / (2 * CELL_EDGE_UM)));
      light[index] = (light[index] ?? 1) * (1 - absorbed * shade);
    }
    cellUm += 2 * halfUm + MIN_GAP_UM - MEAN_EXTRA_GAP_UM * Math.log(1 - random.uniform());
  }
  return (placeUm) => {
    const position = (placeUm - originUm) / GRID_UM;
    const index = Math.floor(position);
    const share = position - index;
    return (1 - share) * (light[index] ?? 1) + share * (light[index + 1] ?? 1);
  };
}
