// The names of the tables that pool the results of all images of a dataset.

/** The pooled tables. The name of a table's indexer is the same without `kym_`. */
export const POOLED_TABLES = {
  /** One row for each ROI and channel of a velocity trace, `POOLED_RADON_COLUMNS`. */
  radon: "kym_radon",
  /** One row for each event, `POOLED_EVENT_COLUMNS`. */
  velocityEvents: "kym_velocity_events",
} as const;
