// The columns of the pooled table of intensities over time.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { ANALYSIS_STATE_COLUMN, REL_PATH_COLUMN, SOFTWARE_COLUMN } from "../image-columns.ts";
import { UNITS } from "../units.ts";

/** The columns of the pooled table `kym_sum_intensity`: one row per ROI and channel. */
export const POOLED_SUM_INTENSITY_COLUMNS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64" },
  { name: COLUMNS.channel, type: "int64" },
  { name: "n_total", type: "int64", description: "lines that were summed; NULL without their table" },
  { name: COLUMNS.numPeaks, type: "int64", description: "peaks that were found" },
  {
    name: "peaks_per_min",
    type: "float64",
    unit: UNITS.perMinute,
    description: "peaks in a minute of the lines that were summed",
  },
  { name: "peak_amplitude_mean", type: "float64", description: "peak above its onset, of dF/F" },
  { name: "peak_amplitude_median", type: "float64" },
  { name: "peak_amplitude_std", type: "float64", description: "population" },
  {
    name: "peak_interval_mean_s",
    type: "float64",
    unit: UNITS.second,
    description: "from a peak to the next",
  },
  { name: "f0_baseline", type: "float64", description: "the brightness that counts as rest" },
  REL_PATH_COLUMN,
  ANALYSIS_STATE_COLUMN,
  SOFTWARE_COLUMN,
  { name: COLUMNS.algorithm, type: "utf8" },
];
