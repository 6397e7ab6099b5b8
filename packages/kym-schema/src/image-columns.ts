// The columns about an image, in pooled tables and in the list of all images.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "./columns.ts";
import { SUMMARY_KEYS } from "./metadata/summarize-metadata.ts";
import { UNITS } from "./units.ts";

/** The source file of the image. */
export const REL_PATH_COLUMN: Column = {
  name: COLUMNS.relPath,
  type: "utf8",
  description: "of the source file, below the folder that was ingested",
};

/** Whether the analysis is still valid; see `decideAnalysisState`. */
export const ANALYSIS_STATE_COLUMN: Column = {
  name: COLUMNS.analysisState,
  type: "utf8",
  description: "current, roi_changed, pixels_changed or unknown: whether the trace is of what is there now",
};

/** The columns of the list of images, with one row per image. */
export const IMAGE_LIST_COLUMNS: readonly Column[] = [
  { name: COLUMNS.imageId, type: "utf8", nullable: false },
  REL_PATH_COLUMN,
  { name: SUMMARY_KEYS.acquiredLocalEpochNs, type: "int64", unit: UNITS.nanosecond },
  { name: "shape", type: "utf8", description: "elements along each axis, as in 30000x38" },
  { name: "dtype", type: "utf8" },
  { name: "axes", type: "utf8", description: "one name per axis, joined by commas" },
  { name: SUMMARY_KEYS.umPerPx, type: "float64", unit: UNITS.micrometre },
  { name: SUMMARY_KEYS.secondsPerLine, type: "float64", unit: UNITS.second },
  { name: SUMMARY_KEYS.nRois, type: "int64" },
  { name: SUMMARY_KEYS.note, type: "utf8" },
  { name: SUMMARY_KEYS.treatment, type: "utf8" },
  { name: SUMMARY_KEYS.condition, type: "utf8" },
  { name: SUMMARY_KEYS.accepted, type: "bool" },
];
