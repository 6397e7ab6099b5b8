// The pixel statistics that an envelope stores in its `meta`: their keys, reading and writing.

/**
 * Pixel statistics as an envelope stores them (`img_min`, `img_max`, `img_mean`, `img_std`), in the units of
 * the pixels; all finite.
 */
export interface StoredRoiStats {
  readonly imgMin: number;
  readonly imgMax: number;
  readonly imgMean: number;
  /** Population standard deviation. */
  readonly imgStd: number;
}

/** The keys of {@link StoredRoiStats} in an envelope's `meta`, in the order of writing. */
export const STORED_STATS_KEYS: readonly string[] = Object.freeze([
  "img_min",
  "img_max",
  "img_mean",
  "img_std",
]);

/**
 * Reads the statistics from an envelope's `meta`, if all four are finite numbers. An incomplete set is not used
 * and stays in `meta`.
 */
export function decodeStoredStats(meta: Readonly<Record<string, unknown>>): StoredRoiStats | undefined {
  const [imgMin, imgMax, imgMean, imgStd] = STORED_STATS_KEYS.map((key) => meta[key]);
  if (
    !isFiniteNumber(imgMin) ||
    !isFiniteNumber(imgMax) ||
    !isFiniteNumber(imgMean) ||
    !isFiniteNumber(imgStd)
  ) {
    return undefined;
  }
  return Object.freeze({ imgMin, imgMax, imgMean, imgStd });
}

/** Returns the keys and values of the statistics in `meta`. */
export function encodeStoredStats(stats: StoredRoiStats): Readonly<Record<string, number>> {
  return { img_min: stats.imgMin, img_max: stats.imgMax, img_mean: stats.imgMean, img_std: stats.imgStd };
}

/** Returns `meta` without the keys of the statistics. */
export function withoutStoredStats(
  meta: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const kept = Object.entries(meta).filter(([key]) => !STORED_STATS_KEYS.includes(key));
  return Object.freeze(Object.fromEntries(kept));
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
