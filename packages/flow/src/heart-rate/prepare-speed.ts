// Makes a trace ready for spectra: speed without outliers, about 0, with short gaps filled.

import { finiteMoments } from "../statistics/finite-moments.ts";
import { medianOf } from "../statistics/rolling-median.ts";
import type { HeartRateParams } from "./heart-rate-params.ts";

const MAD_TO_SD = 1.4826;

/** Speed clipped to median ± k robust standard deviations, minus its mean; NaN stays. */
export function centredSpeed(
  velocityMmPerS: Float64Array,
  { useAbs, outlierKMad }: Pick<HeartRateParams, "useAbs" | "outlierKMad">,
): Float64Array {
  const speed = velocityMmPerS.map((value) =>
    Number.isFinite(value) ? (useAbs ? Math.abs(value) : value) : Number.NaN,
  );
  const median = medianOf(speed);
  const deviation = MAD_TO_SD * medianOf(speed.map((value) => Math.abs(value - median)));
  const clipped =
    deviation > 0
      ? speed.map((value) =>
          Math.min(median + outlierKMad * deviation, Math.max(median - outlierKMad * deviation, value)),
        )
      : speed;
  const { mean } = finiteMoments(clipped);
  return clipped.map((value) => value - mean);
}

/** Values with gaps of at most so many seconds, from the value before to the one after, filled by a line. */
export function withShortGapsFilled(
  timeS: Float64Array,
  values: Float64Array,
  mostSeconds: number,
): Float64Array {
  const filled = values.slice();
  let before = -1;
  for (let index = 0; index < values.length; index += 1) {
    if (Number.isNaN(values[index])) {
      continue;
    }
    const seconds = (timeS[index] ?? 0) - (timeS[before] ?? 0);
    if (before >= 0 && index - before > 1 && seconds <= mostSeconds) {
      const rise = (values[index] ?? 0) - (values[before] ?? 0);
      for (let place = before + 1; place < index; place += 1) {
        const share = ((timeS[place] ?? 0) - (timeS[before] ?? 0)) / seconds;
        filled[place] = (values[before] ?? 0) + share * rise;
      }
    }
    before = index;
  }
  return filled;
}
