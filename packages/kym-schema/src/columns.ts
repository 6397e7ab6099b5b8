// The names of the columns that programs read or write one by one.

/** The names of the columns that programs read or write one by one. */

/** Column names of traces, events and pooled tables. A name means the same in every table. */
export const COLUMNS = {
  imageId: "image_id",
  roiId: "roi_id",
  channel: "channel",
  time: "time_s",
  velocity: "velocity_mm_s",
  cleanVelocity: "clean_velocity_mm_s",
  absVelocity: "abs_velocity_mm_s",
  eventId: "event_id",
  eventType: "event_type",
  start: "t_start_s",
  end: "t_end_s",
  peakTime: "peak_t_s",
  peakValue: "peak_value",
  duration: "duration_s",
  score: "score",
  fileName: "file_name",
  parentFolder: "parent_folder",
  grandparentFolder: "grandparent_folder",
  relPath: "rel_path",
  algorithm: "algorithm",
  umPerPx: "um_per_px",
  secondsPerLine: "s_per_line",
  nLines: "n_lines",
  pxPerLine: "px_per_line",
  accepted: "accepted",
  analysisState: "analysis_state",
} as const;
