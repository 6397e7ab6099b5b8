// The columns of the peaks that come with acqstore's files.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { UNITS } from "../units.ts";

/** What acqstore measures of each peak: a value, a status and a reason. */
export const ACQSTORE_PEAK_FEATURES: readonly string[] = [
  ...["baseline_mean", "baseline_std", "prominence", "rise_10_90_sec", "decay_90_10_sec"],
  ...["decay_time_sec", "max_rise_slope", "max_decay_slope", "auc"],
];
/** The heights at which acqstore measures the width of a peak, in percent of its amplitude. */
export const ACQSTORE_PEAK_WIDTHS: readonly number[] = [10, 20, 50, 80, 90];

const SECONDS = UNITS.second;

/**
 * The artifact `acqstore/sum_intensity/peaks`: one row per peak. Columns that end in `_t_s` or `_line` count from the start of the
 * image; the others have acqstore's names and values.
 */
export const ACQSTORE_PEAK_COLUMNS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64", nullable: false },
  { name: COLUMNS.channel, type: "int64", nullable: false },
  { name: COLUMNS.peakId, type: "int64", nullable: false },
  { name: "peak_status", type: "utf8" },
  { name: "peak_warnings", type: "utf8" },
  { name: "onset_line", type: "float64", description: "in lines from image start" },
  { name: "onset_t_s", type: "float64", unit: SECONDS, description: "from image start" },
  { name: "onset_value", type: "float64" },
  { name: "peak_line", type: "float64", description: "in lines from image start" },
  { name: COLUMNS.peakTime, type: "float64", unit: SECONDS, description: "from image start" },
  { name: COLUMNS.peakValue, type: "float64" },
  { name: COLUMNS.peakAmplitude, type: "float64", description: "peak above its onset" },
  { name: "peak_detection_method", type: "utf8" },
  { name: "onset_to_onset_interval_sec", type: "float64", unit: SECONDS },
  { name: "peak_to_peak_interval_sec", type: "float64", unit: SECONDS },
  ...ACQSTORE_PEAK_FEATURES.flatMap((name): Column[] => [
    { name, type: "float64" },
    { name: `${name}_status`, type: "utf8" },
    { name: `${name}_reason`, type: "utf8" },
  ]),
  ...ACQSTORE_PEAK_WIDTHS.flatMap((percent): Column[] => [
    { name: `width_${percent}_value`, type: "float64" },
    { name: `width_${percent}_left_line`, type: "float64", description: "in lines from image start" },
    { name: `width_${percent}_right_line`, type: "float64", description: "in lines from image start" },
    { name: `width_${percent}_points`, type: "float64" },
    { name: `width_${percent}_sec`, type: "float64", unit: SECONDS },
    { name: `width_${percent}_status`, type: "utf8" },
  ]),
];
