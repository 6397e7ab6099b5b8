// The measures of a report: what one image has one value of.

import type { MeasureFacts } from "../report-data.ts";

const OF_ROIS =
  "the mean over the image's ROIs, each counted once, by the results that the dataset prefers and the lowest channel";

/** In the order in which a report shows them. */
export const MEASURES: readonly MeasureFacts[] = [
  {
    key: "user_events",
    label: "user events a file",
    unit: "",
    how: "the number of events that a person added to the file, in all its ROIs; an analysed file without stored events counts as 0",
  },
  {
    key: "user_events_per_s",
    label: "user events a second",
    unit: "1/s",
    how: "the same number divided by the duration of the scan, lines times line period",
  },
  {
    key: "velocity",
    label: "mean velocity",
    unit: "mm/s",
    how: `vel_mean of kym_radon, ${OF_ROIS}; the sign is the direction along the line`,
  },
  {
    key: "speed",
    label: "mean speed",
    unit: "mm/s",
    how: `vel_mean of kym_radon without its sign, ${OF_ROIS}: directions do not cancel`,
  },
  {
    key: "stalls_per_min",
    label: "stalls a minute",
    unit: "1/min",
    how: `stalls_per_min of kym_radon, ${OF_ROIS}`,
  },
  {
    key: "heart_rate",
    label: "heart rate",
    unit: "1/min",
    how: `lomb_bpm of kym_heart_rate where the status is ok, ${OF_ROIS}`,
  },
  {
    key: "diameter",
    label: "mean diameter",
    unit: "µm",
    how: `diameter_mean_um of kym_diameter, ${OF_ROIS}`,
  },
];
