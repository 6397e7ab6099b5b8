// The transform by its definition, one window and one angle at a time, for tests to compare with.

import type { FlowPlane } from "../../src/index.ts";
import { squareSide } from "../../src/radon/operator.ts";

/** The angle of the window that begins at a line, and how nearly another was as good. */
export function angleByDefinition(
  { pixels, columns }: FlowPlane,
  firstLine: number,
  windowLines: number,
): { thetaDeg: number; margin: number } {
  const window = Array.from(
    { length: windowLines * columns },
    (_, index) => pixels[firstLine * columns + index]!,
  );
  const mean = window.reduce((sum, value) => sum + value, 0) / window.length;
  const at = (line: number, column: number): number => {
    const isInside = line >= 0 && line < windowLines && column >= 0 && column < columns;
    return isInside ? window[line * columns + column]! - mean : 0;
  };
  const side = squareSide({ lines: windowLines, columns });
  const centre = Math.floor(side / 2);
  const score = (degrees: number): number => {
    const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
    const bins = Array.from({ length: side }, (_, bin) => {
      let sum = 0;
      for (let step = 0; step < side; step += 1) {
        const column = cosine * (bin - centre) + sine * (step - centre) + Math.floor(columns / 2);
        const line = -sine * (bin - centre) + cosine * (step - centre) + Math.floor(windowLines / 2);
        const [left, top] = [Math.floor(column), Math.floor(line)];
        const [right, below] = [column - left, line - top];
        sum += (1 - below) * ((1 - right) * at(top, left) + right * at(top, left + 1));
        sum += below * ((1 - right) * at(top + 1, left) + right * at(top + 1, left + 1));
      }
      return sum;
    });
    const middle = bins.reduce((sum, bin) => sum + bin, 0) / side;
    return bins.reduce((sum, bin) => sum + (bin - middle) ** 2, 0) / side;
  };
  const best = (angles: readonly number[]): { angle: number; margin: number } => {
    const scores = angles.map(score);
    const [most = 0, second = 0] = scores.toSorted((a, b) => b - a);
    return { angle: angles[scores.indexOf(most)]!, margin: (most - second) / most };
  };
  const coarse = best(Array.from({ length: 180 }, (_, degree) => degree));
  const fine = best(Array.from({ length: 17 }, (_, index) => coarse.angle + (index - 8) / 4));
  return { thetaDeg: fine.angle, margin: Math.min(coarse.margin, fine.margin) };
}
