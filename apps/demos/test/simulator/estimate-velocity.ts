import { mean } from "../../src/simulator/analysis/mean.ts";
import { median } from "../../src/simulator/analysis/median.ts";
import type { ScanGeometry } from "../../src/simulator/scan-geometry.ts";
import { secondsPerLine, umPerPx } from "../../src/simulator/scan-geometry.ts";

/** Lines that are compared with later ones at once. */
const BLOCK_LINES = 96;

/**
 * Measures the mean velocity of a scan in mm/s from its pixels alone, and not by angles as the Radon transform does:
 * by how many columns must a line be shifted to look like the line `lag` later? The shift of the greatest correlation,
 * refined by a parabola, is found per block of lines; the median of the blocks counts. Each column is first divided by its mean.
 */
export function estimateVelocity(geometry: ScanGeometry, raw: Uint16Array): number {
  const { lines, px } = geometry;
  const columnMeans = Array.from({ length: px }, (_, column) =>
    mean(Array.from({ length: lines }, (_, line) => raw[line * px + column]!)),
  );
  const pixels = Float64Array.from(raw, (value, index) => value / columnMeans[index % px]!);
  const near = medianShift(geometry, pixels, 1, -Math.floor(px / 2), Math.floor(px / 2));
  const lag = Math.min(32, Math.max(1, Math.floor(px / 3 / Math.max(Math.abs(near), 0.1))));
  const guess = Math.round(near * lag);
  const reach = Math.max(2, Math.round(Math.abs(guess) * 0.4));
  const shift = lag === 1 ? near : medianShift(geometry, pixels, lag, guess - reach, guess + reach);
  if (lines < BLOCK_LINES + lag) {
    throw new RangeError(`${lines} lines are too few`);
  }
  return (shift * umPerPx(geometry)) / (lag * secondsPerLine(geometry) * 1000);
}

function medianShift(
  { lines, px }: ScanGeometry,
  pixels: Float64Array,
  lag: number,
  least: number,
  most: number,
): number {
  const shifts: number[] = [];
  for (let first = 0; first + BLOCK_LINES + lag <= lines; first += BLOCK_LINES) {
    const correlations = Array.from({ length: most - least + 1 }, (_, index) =>
      correlation(pixels, px, first, lag, least + index),
    );
    const best = correlations.indexOf(Math.max(...correlations));
    const [before, peak, after] = [best - 1, best, best + 1].map(
      (index) => correlations[index] ?? Number.NaN,
    );
    const bend = before! - 2 * peak! + after!;
    const offset = bend < 0 ? (before! - after!) / (2 * bend) : 0;
    shifts.push(least + best + (Number.isFinite(offset) ? offset : 0));
  }
  return median(shifts);
}

/** Pearson's, over the columns that the shifted lines have in common with the later ones. */
function correlation(pixels: Float64Array, px: number, first: number, lag: number, shift: number): number {
  const [start, stop] = [Math.max(0, -shift), Math.min(px, px - shift)];
  let [n, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0];
  for (let line = first; line < first + BLOCK_LINES; line += 1) {
    for (let column = start; column < stop; column += 1) {
      const a = pixels[line * px + column]!;
      const b = pixels[(line + lag) * px + column + shift]!;
      n += 1;
      sumA += a;
      sumB += b;
      sumAA += a * a;
      sumBB += b * b;
      sumAB += a * b;
    }
  }
  const covariance = sumAB - (sumA * sumB) / n;
  return covariance / Math.sqrt((sumAA - sumA ** 2 / n) * (sumBB - sumB ** 2 / n));
}
