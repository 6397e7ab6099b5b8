// The columns about an image, in pooled tables and in the list of all images.

import type { Column } from "@kym/zarr-store";
import { COLUMNS } from "./columns.ts";
import { EXPERIMENT_KEYS, type ExperimentEdit } from "./metadata/experiment.ts";
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
  description:
    "current, roi_changed, pixels_changed, calibration_changed or unknown: whether the trace is of what is there now",
};

/** Which program computed the results of a row. */
export const SOFTWARE_COLUMN: Column = {
  name: COLUMNS.software,
  type: "utf8",
  description:
    "lab: came with the lab's files; acqstore: came with acqstore's files; otherwise the package that kym analyze ran",
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

/** Fields of an experiment that stand among the first columns of {@link IMAGES_COLUMNS}. */
const FIRST_FIELDS: readonly string[] = [
  EXPERIMENT_KEYS.condition,
  EXPERIMENT_KEYS.treatment,
  EXPERIMENT_KEYS.date,
  EXPERIMENT_KEYS.note,
];

const NUMBER_FIELDS: ReadonlySet<string> = new Set<keyof ExperimentEdit>(["depth", "branchOrder"]);

/**
 * The columns of the table of images that people ask, with one row per image. A program may add columns after these: what
 * it knows of each pooled table.
 */
export const IMAGES_COLUMNS: readonly Column[] = [
  { name: COLUMNS.imageId, type: "utf8", nullable: false },
  REL_PATH_COLUMN,
  { name: COLUMNS.fileName, type: "utf8", description: "of the source file, without extension" },
  { name: EXPERIMENT_KEYS.condition, type: "utf8" },
  { name: EXPERIMENT_KEYS.treatment, type: "utf8" },
  {
    name: EXPERIMENT_KEYS.date,
    type: "utf8",
    description: "as a person noted it; acquired_local is the microscope's",
  },
  {
    name: COLUMNS.acquiredLocal,
    type: "utf8",
    description: "ISO 8601 without a time zone: the microscope's wall clock, or UTC where its file says UTC",
  },
  { name: EXPERIMENT_KEYS.note, type: "utf8" },
  { name: COLUMNS.accepted, type: "bool" },
  { name: COLUMNS.umPerPx, type: "float64", unit: UNITS.micrometre, description: "per px" },
  { name: COLUMNS.msPerLine, type: "float64", unit: UNITS.millisecond, description: "per line" },
  {
    name: "calibration_source",
    type: "utf8",
    description:
      "acqstore: as acqstore's sidecar says; olympus: as the microscope's header says; classic: as the JSON of the older application says; mm_header, page_name, scanimage, ome, imagej, pylake, tifffile: as the TIFF says; noted: by a program or a person; NULL: not calibrated",
  },
  { name: "lines", type: "int64", description: "rows of the plane" },
  { name: "px", type: "int64", description: "columns of the plane" },
  { name: "channels", type: "int64" },
  { name: "dtype", type: "utf8" },
  { name: SUMMARY_KEYS.nRois, type: "int64" },
  { name: "artifacts", type: "utf8", description: "names of JSON, tables and arrays, joined by commas" },
  {
    name: COLUMNS.analysisState,
    type: "utf8",
    description: "the worst state of the image's rows in any pooled table",
  },
  {
    name: COLUMNS.staleTables,
    type: "utf8",
    description: "pooled tables whose rows of the image are stale, joined by commas; empty if all are fresh",
  },
  { name: "source_sha256", type: "utf8", description: "of the source file" },
  { name: "pixels_sha256", type: "utf8", description: "of the pixels, as they were ingested" },
  ...Object.entries(EXPERIMENT_KEYS)
    .filter(([, name]) => !FIRST_FIELDS.includes(name))
    .map(([field, name]): Column => ({ name, type: NUMBER_FIELDS.has(field) ? "float64" : "utf8" })),
];
