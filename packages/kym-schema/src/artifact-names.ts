/** The names of the artifacts that an image of a kymograph dataset can have. */

/**
 * Every artifact by what it holds. Where older programs use another name for the same thing, the lists beside the tables
 * (`EVENT_ARTIFACTS`, `RADON_ARTIFACTS`) say in which order the names count.
 */
export const ARTIFACTS = {
  /** JSON: header, experiment, ROIs and whether the image is accepted. See `parseMetadata`. */
  metadata: "metadata",
  /** JSON: which files the image came from. See `parseProvenance`. */
  provenance: "provenance",
  /** Table: the velocity trace, `VELOCITY_TRACE_SCHEMA`. */
  radonVelocity: "radon/velocity",
  /** JSON: how the trace was computed, by `"<roi>"` or `"<roi>:<channel>"`. */
  radonParams: "radon/params",
  /** JSON: what the trace was computed of, by `"<roi>"` or `"<roi>:<channel>"`. See `parseAnalysisRuns`. */
  radonAnalysis: "radon/analysis",
  /** Table: one row a ROI, as other programs summarise the trace. */
  radonResults: "radon/results",
  /** Table or JSON: the same, by the first generation. */
  radonReport: "radon_report",
  /** Table: the same, by its oldest name. */
  radon: "radon",
  /** Table: the events of the trace, `VELOCITY_EVENTS_SCHEMA`. */
  events: "velocity_events/events",
  /** JSON: how the events were found. */
  eventParams: "velocity_events/params",
  /** JSON: what a run of the Python system left beside the events. */
  eventSummary: "velocity_events/summary",
  /** Table: the events by the first generation's name. */
  firstEvents: "velocity_events",
} as const;

/** The name of an artifact that has a meaning here; an image may have others. */
export type ArtifactName = (typeof ARTIFACTS)[keyof typeof ARTIFACTS];
