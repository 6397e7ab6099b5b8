// The columns of the pooled tables that hold results of `kym analyze`.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { ANALYSIS_STATE_COLUMN, REL_PATH_COLUMN, SOFTWARE_COLUMN } from "../image-columns.ts";
import { RADON_COLUMNS } from "../radon/radon-columns.ts";
import { UNITS } from "../units.ts";

/** The columns of `kym_radon`: {@link RADON_COLUMNS}, which program computed the row, and how often the flow stood still. */
export const POOLED_RADON_COLUMNS: readonly Column[] = [
  ...RADON_COLUMNS,
  SOFTWARE_COLUMN,
  { name: COLUMNS.algorithm, type: "utf8", description: "NULL if the results do not name one" },
  { name: "stall_time_s", type: "float64", unit: UNITS.second, description: "the sum of all stalls" },
  {
    name: "stalls_per_min",
    type: "float64",
    unit: UNITS.perMinute,
    description: "stalls in a minute of the trace",
  },
  { name: "longest_stall_s", type: "float64", unit: UNITS.second },
  {
    name: "low_quality_share",
    type: "float64",
    description: "share of windows whose peak ratio is below the stated one; NULL where none is known",
  },
];

/** The columns of the pooled table `kym_heart_rate`. */
export const POOLED_HEART_RATE_COLUMNS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64" },
  { name: COLUMNS.channel, type: "int64" },
  { name: "status", type: "utf8", description: "ok, or why there is no rate" },
  { name: "n_total", type: "int64", description: "windows of the trace" },
  { name: "n_valid", type: "int64", description: "windows with a velocity" },
  { name: "lomb_bpm", type: "float64", unit: UNITS.perMinute, description: "by Lomb and Scargle" },
  { name: "lomb_snr", type: "float64", description: "peak / median of the band" },
  { name: "lomb_edge", type: "bool", description: "the peak is at an end of the band" },
  { name: "lomb_concentration", type: "float64", description: "share of the band's power near the peak" },
  { name: "welch_bpm", type: "float64", unit: UNITS.perMinute, description: "by Welch" },
  { name: "welch_snr", type: "float64", description: "peak / median of the band" },
  { name: "welch_edge", type: "bool", description: "the peak is at an end of the band" },
  { name: "welch_concentration", type: "float64", description: "share of the band's power near the peak" },
  {
    name: "delta_bpm",
    type: "float64",
    unit: UNITS.perMinute,
    description: "how far the two methods are apart",
  },
  { name: "agree", type: "bool", description: "the two methods agree within the tolerance" },
  REL_PATH_COLUMN,
  ANALYSIS_STATE_COLUMN,
  SOFTWARE_COLUMN,
  { name: COLUMNS.algorithm, type: "utf8" },
];

const ABOUT_THE_IMAGE: ReadonlySet<string> = new Set([
  COLUMNS.relPath,
  COLUMNS.analysisState,
  COLUMNS.software,
]);

/** The columns of the artifact `flow/heart_rate`: those of the pooled table without what is known of the image. */
export const FLOW_HEART_RATE_COLUMNS: readonly Column[] = POOLED_HEART_RATE_COLUMNS.filter(
  ({ name }) => !ABOUT_THE_IMAGE.has(name),
);

/** The columns of the pooled table `kym_diameter`. */
export const POOLED_DIAMETER_COLUMNS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64" },
  { name: COLUMNS.channel, type: "int64" },
  { name: "n_total", type: "int64", description: "lines that were measured" },
  { name: "n_valid", type: "int64", description: "lines with a diameter" },
  { name: "diameter_mean_um", type: "float64", unit: UNITS.micrometre },
  { name: "diameter_median_um", type: "float64", unit: UNITS.micrometre },
  { name: "diameter_std_um", type: "float64", unit: UNITS.micrometre, description: "population" },
  { name: "diameter_min_um", type: "float64", unit: UNITS.micrometre },
  { name: "diameter_max_um", type: "float64", unit: UNITS.micrometre },
  { name: "diameter_mean_px", type: "float64", unit: UNITS.pixel },
  { name: "qc_mean", type: "float64", description: "mean of the lines' scores; 1: nothing was found wrong" },
  REL_PATH_COLUMN,
  ANALYSIS_STATE_COLUMN,
  SOFTWARE_COLUMN,
  { name: COLUMNS.algorithm, type: "utf8" },
];
