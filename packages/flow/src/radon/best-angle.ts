// Which angle of a window is the best, and how much better than the others.

import { medianInPlace } from "../statistics/select.ts";
import { degreesOf, tangentOf } from "./angles/angle-grid.ts";

/** What the scores of a window say. All NaN for a window without a number. */
export interface BestAngle {
  readonly thetaDeg: number;
  readonly pxPerLine: number;
  /** (best − second) ÷ best, the lesser of coarse and fine scores. */
  readonly margin: number;
  /** The best of the fine scores ÷ the median of the coarse ones. */
  readonly peakRatio: number;
  /** Population SD of the fine scores ÷ the best of them. */
  readonly spread: number;
}

const NO_ANGLE: BestAngle = {
  thetaDeg: Number.NaN,
  pxPerLine: Number.NaN,
  margin: Number.NaN,
  peakRatio: Number.NaN,
  spread: Number.NaN,
};

/** The place of the first of the largest scores; −1 if a score is not a finite number, or none is above 0. */
export function firstBest(scores: Float64Array): number {
  let best = -1;
  let most = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] ?? 0;
    if (!Number.isFinite(score)) {
      return -1;
    }
    if (score > most) {
      most = score;
      best = index;
    }
  }
  return best;
}

/**
 * @param coarse the scores of the coarse angles; moved about by this function
 * @param fine the scores of the fine angles
 * @param quarters the first fine angle, in quarters of a degree
 */
export function bestAngle(coarse: Float64Array, fine: Float64Array, quarters: number): BestAngle {
  const best = firstBest(fine);
  if (best < 0) {
    return NO_ANGLE;
  }
  const score = fine[best] ?? 0;
  const fineMargin = (score - secondOf(fine, best)) / score;
  const bestCoarse = firstBest(coarse);
  const most = coarse[bestCoarse] ?? 0;
  const coarseMargin = (most - secondOf(coarse, bestCoarse)) / most;
  return {
    thetaDeg: degreesOf(quarters + best),
    pxPerLine: tangentOf(quarters + best),
    margin: Math.min(coarseMargin, fineMargin),
    peakRatio: score / medianInPlace(coarse),
    spread: deviationOf(fine) / score,
  };
}

function secondOf(scores: Float64Array, best: number): number {
  let second = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] ?? 0;
    if (index !== best && score > second) {
      second = score;
    }
  }
  return second;
}

function deviationOf(scores: Float64Array): number {
  let sum = 0;
  for (const score of scores) {
    sum += score;
  }
  const mean = sum / scores.length;
  let squares = 0;
  for (const score of scores) {
    squares += (score - mean) * (score - mean);
  }
  return Math.sqrt(squares / scores.length);
}
