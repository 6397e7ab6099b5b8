import { fullBounds, roiStats } from "@kym/roi";

/** Statistics of a velocity trace, in mm/s. Without a valid window all but the counts are null. */
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

/** Beyond it a velocity is no measurement but the tangent of 90°. `kymograph-formats.md` §0.5. */
const INFINITE_VELOCITY_MM_S = 1e6;
/** A mean as small as this is none that a deviation can be divided by. */
const SMALLEST_MEAN_MM_S = 1e-10;

/**
 * Summarises the velocities of one ROI and channel in mm/s, a missing one as null or NaN. Those beyond ±1e6 count as
 * missing. Sums are compensated. Source: `kymograph-formats.md` §5.1.
 */
export function summarizeTrace(velocitiesMmS: readonly (number | null)[]): TraceSummary {
  const data = Float64Array.from(velocitiesMmS, (velocity) =>
    velocity === null || Math.abs(velocity) > INFINITE_VELOCITY_MM_S ? Number.NaN : velocity,
  );
  const trace = { data, height: data.length, width: 1 };
  // A trace is a plane one pixel wide, and the statistics of a plane leave NaN out.
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
