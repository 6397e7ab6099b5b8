// The names of the tables that pool the results of all images of a dataset.

/** The pooled tables. The name of a table's indexer is the same without `kym_`. */
export const POOLED_TABLES = {
  /** One row for each ROI and channel of a velocity trace, `POOLED_RADON_COLUMNS`. */
  radon: "kym_radon",
  /** One row for each event, `POOLED_EVENT_COLUMNS`. */
  velocityEvents: "kym_velocity_events",
  /** One row for each ROI and channel whose heart rate was computed, `POOLED_HEART_RATE_COLUMNS`. */
  heartRate: "kym_heart_rate",
  /** One row for each ROI and channel whose diameter was computed, `POOLED_DIAMETER_COLUMNS`. */
  diameter: "kym_diameter",
} as const;
