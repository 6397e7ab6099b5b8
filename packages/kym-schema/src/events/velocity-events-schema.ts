// The columns of velocity events: of one image, of the pooled table, and of first-generation files.

import type { Column, TableSchema } from "@kym/zarr-store";
import { COLUMNS } from "../columns.ts";
import { ANALYSIS_STATE_COLUMN, REL_PATH_COLUMN } from "../image-columns.ts";
import { UNITS } from "../units.ts";

const TRACE_INDEX = "index into the trace; into the lines of the image if a person made the event";

/** The artifact `velocity_events/events`: one row per event. Columns that another program adds come after these. */
export const VELOCITY_EVENTS_SCHEMA: TableSchema = {
  columns: [
    { name: COLUMNS.roiId, type: "int64", nullable: false },
    { name: COLUMNS.eventId, type: "utf8", nullable: false, description: "stable: see legacyEventId" },
    { name: COLUMNS.start, type: "float64", unit: UNITS.second },
    { name: COLUMNS.end, type: "float64", unit: UNITS.second },
    { name: COLUMNS.peakTime, type: "float64", unit: UNITS.second },
    { name: COLUMNS.peakValue, type: "float64", description: "no legacy source: NULL" },
    {
      name: COLUMNS.score,
      type: "float64",
      unit: UNITS.velocity,
      description: "the step between the medians of both sides",
    },
    { name: COLUMNS.channel, type: "int64" },
    { name: COLUMNS.eventType, type: "utf8" },
    { name: "i_start", type: "int64", description: TRACE_INDEX },
    { name: "i_peak", type: "int64", description: TRACE_INDEX },
    { name: "i_end", type: "int64", description: TRACE_INDEX },
    { name: "baseline_before", type: "float64", unit: UNITS.velocity },
    { name: "baseline_after", type: "float64", unit: UNITS.velocity },
    { name: "strength", type: "float64" },
    { name: "nan_fraction_in_event", type: "float64" },
    { name: "n_valid_in_event", type: "int64" },
    { name: COLUMNS.duration, type: "float64", unit: UNITS.second },
    { name: "machine_type", type: "utf8" },
    { name: COLUMNS.userType, type: "utf8" },
    { name: "note", type: "utf8" },
  ],
};

/**
 * The columns of the pooled table `kym_velocity_events`: those of an image's events, and two about the image.
 * All may be NULL, because other programs may leave out any of them.
 */
export const POOLED_EVENT_COLUMNS: readonly Column[] = [
  ...VELOCITY_EVENTS_SCHEMA.columns.map(({ nullable: _, ...column }) => column),
  REL_PATH_COLUMN,
  ANALYSIS_STATE_COLUMN,
];

/** The columns of the first generation's table `velocity_events`. */
export const FIRST_EVENT_COLUMNS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64" },
  { name: COLUMNS.eventId, type: "utf8" },
  { name: "t0_s", type: "float64", unit: UNITS.second },
  { name: "t1_s", type: "float64", unit: UNITS.second },
  { name: "kind", type: "utf8" },
  { name: COLUMNS.score, type: "float64" },
];
