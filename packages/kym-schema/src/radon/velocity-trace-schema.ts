// The columns of a velocity trace.

import type { TableSchema } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { UNITS } from "../units.ts";

/**
 * The artifact `radon/velocity`: one row per window, one ROI after another. Columns that another program adds
 * come after these.
 */
export const VELOCITY_TRACE_SCHEMA: TableSchema = {
  columns: [
    { name: COLUMNS.roiId, type: "int64", nullable: false },
    { name: COLUMNS.channel, type: "int64", nullable: false },
    {
      name: COLUMNS.time,
      type: "float64",
      unit: UNITS.second,
      description: "centre of the window, from image start",
    },
    {
      name: COLUMNS.velocity,
      type: "float64",
      unit: UNITS.velocity,
      description: "as analysed; beyond ±1e6 it stands for an infinite velocity",
    },
    { name: COLUMNS.parentFolder, type: "utf8" },
    { name: COLUMNS.fileName, type: "utf8" },
    { name: COLUMNS.algorithm, type: "utf8" },
    { name: COLUMNS.umPerPx, type: "float64", unit: UNITS.micrometre },
    { name: COLUMNS.secondsPerLine, type: "float64", unit: UNITS.second },
    { name: COLUMNS.nLines, type: "int64" },
    { name: COLUMNS.pxPerLine, type: "int64", description: "the width of the image, not of the ROI" },
    { name: COLUMNS.cleanVelocity, type: "float64", unit: UNITS.velocity },
    { name: COLUMNS.absVelocity, type: "float64", unit: UNITS.velocity },
  ],
};
