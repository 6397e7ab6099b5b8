// Summarises a velocity trace: the `vel_*` columns of `kym_radon`.

import { fullBounds, roiStats } from "@kym/roi";

/** Statistics of a velocity trace, in mm/s. If no window is valid, all are null but the counts. */
export interface TraceSummary {
  readonly vel_min: number | null;
  readonly vel_max: number | null;
  readonly vel_mean: number | null;
  /** Population standard deviation (ddof 0). */
  readonly vel_std: number | null;
  readonly vel_se: number | null;
  readonly vel_cv: number | null;
  readonly vel_n_nan: bigint;
  readonly vel_n_zero: bigint;
  readonly vel_n_big: bigint;
}

/** A velocity beyond this is the tangent of an angle of 90°, not a measurement. */
const INFINITE_VELOCITY_MM_S = 1e6;
/** A deviation is not divided by a mean as small as this. */
const SMALLEST_MEAN_MM_S = 1e-10;

/**
 * Summarises the velocities of one ROI and channel, in mm/s. Null, NaN and values beyond ±10⁶ count as missing. The
 * formulas are those of the older application's `radon_report_db.csv`; sums are compensated.
 *
 * - `vel_std` is the population standard deviation; `vel_se` divides it by √n.
 * - `vel_cv` is `vel_std / vel_mean`, with sign; null if the mean is within ±10⁻¹⁰.
 * - `vel_n_big` counts velocities above `vel_mean + 2 · vel_std`.
 */
export function summarizeTrace(velocitiesMmS: readonly (number | null)[]): TraceSummary {
  const data = Float64Array.from(velocitiesMmS, (velocity) =>
    velocity === null || Math.abs(velocity) > INFINITE_VELOCITY_MM_S ? Number.NaN : velocity,
  );
  const trace = { data, height: data.length, width: 1 };
  // A trace is a plane one pixel wide; the statistics of a plane skip NaN.
  const { min, max, mean, sd, n } = roiStats(trace, fullBounds(trace));
  const nNan = BigInt(data.length - n);
  if (n === 0) {
    return { ...NOTHING, vel_n_nan: nNan };
  }
  const bigFrom = mean + 2 * sd;
  return {
    vel_min: min,
    vel_max: max,
    vel_mean: mean,
    vel_std: sd,
    vel_se: sd / Math.sqrt(n),
    vel_cv: Math.abs(mean) > SMALLEST_MEAN_MM_S ? sd / mean : null,
    vel_n_nan: nNan,
    vel_n_zero: countOf(data, (velocity) => velocity === 0),
    vel_n_big: countOf(data, (velocity) => velocity > bigFrom),
  };
}

const NOTHING: TraceSummary = {
  vel_min: null,
  vel_max: null,
  vel_mean: null,
  vel_std: null,
  vel_se: null,
  vel_cv: null,
  vel_n_nan: 0n,
  vel_n_zero: 0n,
  vel_n_big: 0n,
};

function countOf(data: Float64Array, isCounted: (value: number) => boolean): bigint {
  let count = 0;
  for (const value of data) {
    count += isCounted(value) ? 1 : 0;
  }
  return BigInt(count);
}
