import type { Column } from "@kym/zarr-store";

/**
 * The columns of `kym_radon`: those of `radon_report_db.csv` without its absolute path, and `analysis_state`.
 * Source: `kymograph-formats.md` §5.1.
 */
export const RADON_COLUMNS: readonly Column[] = [
  { name: "roi_id", type: "int64" },
  { name: "channel", type: "int64" },
  { name: "vel_min", type: "float64", unit: "mm/s" },
  { name: "vel_max", type: "float64", unit: "mm/s" },
  { name: "vel_mean", type: "float64", unit: "mm/s" },
  { name: "vel_std", type: "float64", unit: "mm/s", description: "population" },
  { name: "vel_se", type: "float64", unit: "mm/s", description: "vel_std / sqrt(valid windows)" },
  { name: "vel_cv", type: "float64", description: "vel_std / vel_mean; NULL where |vel_mean| <= 1e-10" },
  { name: "vel_n_nan", type: "int64", description: "windows without a velocity, or beyond 1e6 mm/s" },
  { name: "vel_n_zero", type: "int64" },
  { name: "vel_n_big", type: "int64", description: "windows above vel_mean + 2 vel_std" },
  { name: "users_added_count", type: "int64", description: "events that a person added to the image" },
  { name: "users_added_dur_sum", type: "float64", unit: "s", description: "of those in the ROI" },
  { name: "users_added_dur_mean", type: "float64", unit: "s", description: "of those in the ROI" },
  { name: "img_min", type: "int64", description: "of the ROI's pixels; NULL where they are no integers" },
  { name: "img_max", type: "int64", description: "of the ROI's pixels; NULL where they are no integers" },
  { name: "img_mean", type: "float64" },
  { name: "img_std", type: "float64", description: "population" },
  { name: "file_name", type: "utf8", description: "of the source file, without extension" },
  { name: "parent_folder", type: "utf8" },
  { name: "grandparent_folder", type: "utf8" },
  { name: "rel_path", type: "utf8", description: "of the source file, below the folder that was ingested" },
  { name: "accepted", type: "bool" },
  { name: "treatment", type: "utf8" },
  { name: "condition", type: "utf8" },
  { name: "date", type: "utf8" },
  {
    name: "analysis_state",
    type: "utf8",
    description: "current, roi_changed, pixels_changed or unknown: whether the trace is of what is there now",
  },
];
