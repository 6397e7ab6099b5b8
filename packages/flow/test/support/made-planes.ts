// Planes that tests make: patterns that move, noise, and bad pixels.

import type { FlowPlane } from "../../src/index.ts";

/** Numbers from 0 to 1 that follow each other as by chance, and the same each time (Marsaglia's xorshift). */
export function chance(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** A pattern without repetition that moves so many pixels a line, with noise of so many counts. */
export function movingPlane(
  lines: number,
  columns: number,
  pxPerLine: number,
  { noise = 5, seed = 1 }: { noise?: number; seed?: number } = {},
): FlowPlane {
  const random = chance(seed);
  const waves = Array.from({ length: 12 }, () => ({
    length: 4 + 12 * random(),
    phase: 2 * Math.PI * random(),
  }));
  const pixels = new Uint16Array(lines * columns);
  for (let line = 0; line < lines; line += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = column - pxPerLine * line;
      const sum = waves.reduce(
        (total, { length, phase }) => total + Math.sin((2 * Math.PI * place) / length + phase),
        0,
      );
      pixels[line * columns + column] = Math.round(500 + 30 * sum + noise * (random() - 0.5));
    }
  }
  return { pixels, lines, columns };
}

export function noisePlane(lines: number, columns: number, seed = 1): FlowPlane {
  const random = chance(seed);
  return {
    pixels: Uint16Array.from({ length: lines * columns }, () => Math.floor(1000 * random())),
    lines,
    columns,
  };
}

export function mapPixels(
  { pixels, lines, columns }: FlowPlane,
  change: (value: number, line: number, column: number) => number,
): FlowPlane {
  const changed = Float64Array.from(pixels, (value, index) =>
    change(value, Math.floor(index / columns), index % columns),
  );
  return { pixels: changed, lines, columns };
}

/** Left and right changed. */
export function mirrored(plane: FlowPlane): FlowPlane {
  const { columns, pixels } = plane;
  return mapPixels(plane, (_, line, column) => pixels[line * columns + columns - 1 - column]!);
}

export const UNCALIBRATED = { secondsPerLine: null, umPerPixel: null } as const;
