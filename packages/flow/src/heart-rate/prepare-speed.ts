// Makes a trace ready for spectra: speed without outliers, about 0, with short gaps filled.

import { type InPieces, inPieces, mapInPieces } from "../pieces.ts";
import { finiteMoments } from "../statistics/finite-moments.ts";
import { medianInPieces } from "../statistics/rolling-median.ts";
import type { HeartRateParams } from "./heart-rate-params.ts";

const MAD_TO_SD = 1.4826;

/** Speed clipped to median ± k robust standard deviations, minus its mean; NaN stays. */
export function* centredSpeed(
  velocityMmPerS: Float64Array,
  { useAbs, outlierKMad }: Pick<HeartRateParams, "useAbs" | "outlierKMad">,
): InPieces<Float64Array> {
  const speed = yield* mapInPieces(velocityMmPerS, (value) =>
    Number.isFinite(value) ? (useAbs ? Math.abs(value) : value) : Number.NaN,
  );
  const median = yield* medianInPieces(speed);
  const distances = yield* mapInPieces(speed, (value) => Math.abs(value - median));
  const deviation = MAD_TO_SD * (yield* medianInPieces(distances));
  const low = median - outlierKMad * deviation;
  const high = median + outlierKMad * deviation;
  const clipped =
    deviation > 0 ? yield* mapInPieces(speed, (value) => Math.min(high, Math.max(low, value))) : speed;
  const { mean } = yield* finiteMoments(clipped);
  return yield* mapInPieces(clipped, (value) => value - mean);
}

/** Values with gaps of at most so many seconds, from the value before to the one after, filled by a line. */
export function* withShortGapsFilled(
  timeS: Float64Array,
  values: Float64Array,
  mostSeconds: number,
): InPieces<Float64Array> {
  const filled = values.slice();
  let before = -1;
  yield* inPieces(values.length, (start, stop) => {
    let last = before;
    for (let index = start; index < stop; index += 1) {
      if (Number.isNaN(values[index])) {
        continue;
      }
      const seconds = (timeS[index] ?? 0) - (timeS[last] ?? 0);
      if (last >= 0 && index - last > 1 && seconds <= mostSeconds) {
        const rise = (values[index] ?? 0) - (values[last] ?? 0);
        for (let place = last + 1; place < index; place += 1) {
          const share = ((timeS[place] ?? 0) - (timeS[last] ?? 0)) / seconds;
          filled[place] = (values[last] ?? 0) + share * rise;
        }
      }
      last = index;
    }
    before = last;
  });
  return filled;
}
