// The columns of the tables that summarize velocity traces.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { ANALYSIS_STATE_COLUMN, REL_PATH_COLUMN } from "../image-columns.ts";
import { UNITS } from "../units.ts";

/** The columns of `kym_radon`: those of `radon_report_db.csv` without its absolute path, and `analysis_state`. */
export const RADON_COLUMNS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64" },
  { name: COLUMNS.channel, type: "int64" },
  { name: "vel_min", type: "float64", unit: UNITS.velocity },
  { name: "vel_max", type: "float64", unit: UNITS.velocity },
  { name: "vel_mean", type: "float64", unit: UNITS.velocity },
  { name: "vel_std", type: "float64", unit: UNITS.velocity, description: "population" },
  { name: "vel_se", type: "float64", unit: UNITS.velocity, description: "vel_std / sqrt(valid windows)" },
  { name: "vel_cv", type: "float64", description: "vel_std / vel_mean; NULL where |vel_mean| <= 1e-10" },
  { name: "vel_n_nan", type: "int64", description: "windows without a velocity, or beyond 1e6 mm/s" },
  { name: "vel_n_zero", type: "int64" },
  { name: "vel_n_big", type: "int64", description: "windows above vel_mean + 2 vel_std" },
  { name: "users_added_count", type: "int64", description: "events that a person added to the image" },
  { name: "users_added_dur_sum", type: "float64", unit: UNITS.second, description: "of those in the ROI" },
  { name: "users_added_dur_mean", type: "float64", unit: UNITS.second, description: "of those in the ROI" },
  { name: "img_min", type: "int64", description: "of the ROI's pixels; NULL unless they are integers" },
  { name: "img_max", type: "int64", description: "of the ROI's pixels; NULL unless they are integers" },
  { name: "img_mean", type: "float64" },
  { name: "img_std", type: "float64", description: "population" },
  { name: COLUMNS.fileName, type: "utf8", description: "of the source file, without extension" },
  { name: COLUMNS.parentFolder, type: "utf8" },
  { name: COLUMNS.grandparentFolder, type: "utf8" },
  REL_PATH_COLUMN,
  { name: COLUMNS.accepted, type: "bool" },
  { name: "treatment", type: "utf8" },
  { name: "condition", type: "utf8" },
  { name: "date", type: "utf8" },
  ANALYSIS_STATE_COLUMN,
];

/** The columns of the first generation's table `radon_report`. */
export const FIRST_RADON_COLUMNS: readonly Column[] = [
  { name: "mean_velocity", type: "float64", unit: UNITS.velocity },
  { name: "median_velocity", type: "float64", unit: UNITS.velocity },
  { name: "n_valid", type: "int64" },
  { name: "notes", type: "utf8" },
];
