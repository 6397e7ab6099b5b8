// The columns of the velocities that come with acqstore's files.

import type { TableSchema } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { UNITS } from "../units.ts";

/** What rows say of results that came with acqstore's files. */
export const ACQSTORE_SOFTWARE = "acqstore";

/**
 * The artifact `acqstore/velocity`: one row per window, in the order of acqstore's table. Columns that `flow/velocity` has too
 * mean the same. Without a calibration, times and velocities are NULL.
 */
export const ACQSTORE_VELOCITY_SCHEMA: TableSchema = {
  columns: [
    { name: COLUMNS.roiId, type: "int64", nullable: false },
    { name: COLUMNS.channel, type: "int64", nullable: false },
    {
      name: COLUMNS.time,
      type: "float64",
      unit: UNITS.second,
      description: "centre of the window, from image start; NULL if the place of the ROI is not known",
    },
    {
      name: COLUMNS.velocity,
      type: "float64",
      unit: UNITS.velocity,
      description: "um_per_px / s_per_line * tan(theta_deg) / 1000, computed anew; NULL at 90 degrees",
    },
    { name: COLUMNS.algorithm, type: "utf8" },
    { name: COLUMNS.umPerPx, type: "float64", unit: UNITS.micrometre },
    { name: COLUMNS.secondsPerLine, type: "float64", unit: UNITS.second },
    { name: COLUMNS.line, type: "float64", description: "centre of the window, in lines from image start" },
    {
      name: COLUMNS.thetaDeg,
      type: "float64",
      unit: UNITS.degree,
      description: "angle of the streaks; 0: at rest",
    },
    {
      name: COLUMNS.shiftPxPerLine,
      type: "float64",
      unit: UNITS.pixel,
      description: "tangent of the angle: by how much a streak moves from one line to the next",
    },
    {
      name: COLUMNS.acqstoreVelocity,
      type: "float64",
      unit: UNITS.micrometrePerSecond,
      description: "as acqstore stores it: divided by the tangent, so large where the flow is slow",
    },
  ],
};
