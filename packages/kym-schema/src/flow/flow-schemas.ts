// The columns of the traces that `kym analyze` computes: velocities and diameters.

import type { TableSchema } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { UNITS } from "../units.ts";

/**
 * The artifact `flow/velocity`: one row per window, one ROI after another. Columns that `radon/velocity` has too mean the same.
 * Without a calibration, times and velocities are NULL; the angle and the shift are there.
 */
export const FLOW_VELOCITY_SCHEMA: TableSchema = {
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
      description: "positive toward larger columns; NULL at 90 degrees and where the pixels have no variance",
    },
    { name: COLUMNS.algorithm, type: "utf8" },
    { name: COLUMNS.umPerPx, type: "float64", unit: UNITS.micrometre },
    { name: COLUMNS.secondsPerLine, type: "float64", unit: UNITS.second },
    { name: COLUMNS.nLines, type: "int64" },
    { name: COLUMNS.pxPerLine, type: "int64", description: "the width of the image, not of the ROI" },
    { name: COLUMNS.cleanVelocity, type: "float64", unit: UNITS.velocity },
    { name: COLUMNS.absVelocity, type: "float64", unit: UNITS.velocity },
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
      name: COLUMNS.margin,
      type: "float64",
      description: "(best - second) / best of the scores of the angles",
    },
    { name: COLUMNS.peakRatio, type: "float64", description: "best / median of the scores of whole degrees" },
    { name: COLUMNS.spread, type: "float64", description: "SD of the fine scores / best" },
  ],
};

/**
 * The artifact `flow/lspiv`: one row per window, the same windows as in `flow/velocity`, one ROI after another. Without a
 * calibration, times and velocities are NULL; the shift is there.
 */
export const FLOW_LSPIV_SCHEMA: TableSchema = {
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
      description: "positive toward larger columns; NULL where lines do not correlate",
    },
    { name: COLUMNS.algorithm, type: "utf8" },
    { name: COLUMNS.umPerPx, type: "float64", unit: UNITS.micrometre },
    { name: COLUMNS.secondsPerLine, type: "float64", unit: UNITS.second },
    { name: COLUMNS.line, type: "float64", description: "centre of the window, in lines from image start" },
    {
      name: COLUMNS.shiftPxPerLine,
      type: "float64",
      unit: UNITS.pixel,
      description: "by how much the pattern moves from one line to the next",
    },
    {
      name: COLUMNS.correlation,
      type: "float64",
      description: "correlation at its peak; 1: the pattern only moved",
    },
  ],
};

/** The artifact `flow/diameter`: one row per line that was measured, one ROI after another. */
export const FLOW_DIAMETER_SCHEMA: TableSchema = {
  columns: [
    { name: COLUMNS.roiId, type: "int64", nullable: false },
    { name: COLUMNS.channel, type: "int64", nullable: false },
    { name: COLUMNS.time, type: "float64", unit: UNITS.second, description: "from image start" },
    { name: COLUMNS.line, type: "float64", description: "in lines from image start" },
    { name: COLUMNS.diameterUm, type: "float64", unit: UNITS.micrometre },
    { name: COLUMNS.diameterPx, type: "float64", unit: UNITS.pixel },
    { name: "left_px", type: "float64", unit: UNITS.pixel, description: "in columns from the image's first" },
    {
      name: "right_px",
      type: "float64",
      unit: UNITS.pixel,
      description: "in columns from the image's first",
    },
    { name: "peak", type: "float64", description: "brightness of the vessel" },
    { name: "baseline", type: "float64", description: "brightness beside the vessel" },
    { name: "qc_score", type: "float64", description: "1: nothing was found wrong" },
    { name: "qc_flags", type: "utf8", description: "what was found wrong, joined by commas" },
  ],
};
