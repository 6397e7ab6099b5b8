/** The names of the tables that pool what the images of a dataset have. */

/** A pooled table by what its rows are of. Its indexer is named without `kym_`. */
export const POOLED_TABLES = {
  /** One row for each ROI and channel of a velocity trace, `RADON_COLUMNS`. */
  radon: "kym_radon",
  /** One row for each event, `POOLED_EVENT_COLUMNS`. */
  velocityEvents: "kym_velocity_events",
} as const;
