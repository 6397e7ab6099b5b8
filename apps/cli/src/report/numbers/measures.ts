// The measures of a report: what one image has one value of.

import { UNITS } from "@kym/kym-schema";
import type { MeasureFacts } from "../report-data.ts";

const OF_ROIS =
  "the mean over the image's ROIs, each counted once, by the results that the dataset prefers and the lowest channel";

/** As people read it; tables say um. */
const MICROMETRE = "µm";
const PER_SECOND = "1/s";
const NONE = "";

/** In the order in which a report shows them. */
export const MEASURES: readonly MeasureFacts[] = [
  {
    key: "user_events",
    label: "user events a file",
    unit: NONE,
    how: "the number of events that a person added to the file, in all its ROIs; an analysed file without stored events counts as 0",
  },
  {
    key: "user_events_per_s",
    label: "user events a second",
    unit: PER_SECOND,
    how: "the same number divided by the duration of the scan, lines times line period",
  },
  {
    key: "velocity",
    label: "mean velocity",
    unit: UNITS.velocity,
    how: `vel_mean of kym_radon, ${OF_ROIS}; the sign is the direction along the line`,
  },
  {
    key: "speed",
    label: "mean speed",
    unit: UNITS.velocity,
    how: `vel_mean of kym_radon without its sign, ${OF_ROIS}: directions do not cancel`,
  },
  {
    key: "stalls",
    label: "stalls a minute",
    unit: UNITS.perMinute,
    how: `stalls_per_min of kym_radon, ${OF_ROIS}`,
  },
  {
    key: "heart_rate",
    label: "heart rate",
    unit: UNITS.perMinute,
    how: `lomb_bpm of kym_heart_rate where the status is ok, ${OF_ROIS}`,
  },
  {
    key: "diameter",
    label: "mean diameter",
    unit: MICROMETRE,
    how: `diameter_mean_um of kym_diameter, ${OF_ROIS}`,
  },
];
