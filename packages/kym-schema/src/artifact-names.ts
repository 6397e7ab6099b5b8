// The names of the artifacts that an image of a kymograph dataset can have.

/**
 * All artifact names, by content. Older programs use other names for some of them; `EVENT_ARTIFACTS` and
 * `RADON_ARTIFACTS` list these in order of precedence.
 */
export const ARTIFACTS = {
  /** JSON: header, experiment, ROIs, and whether the image is accepted. See `parseMetadata`. */
  metadata: "metadata",
  /** JSON: the files that the image came from. See `parseProvenance`. */
  provenance: "provenance",
  /** JSON: what came for artifacts of the image and was not taken. Absent while no conflict is open. See `loadOpenConflicts`. */
  openConflicts: "open_conflicts",
  /**
   * JSON: what ImageJ keeps in tags of its own in the TIFF: `info`, `properties`, `labels`, `ranges`, `luts`, `selection`,
   * `overlay`, `others`, with bytes as hexadecimal digits. `file` is the name of the TIFF.
   */
  imageJTags: "imagej/tags",
  /** Table: the velocity trace, `VELOCITY_TRACE_SCHEMA`. */
  radonVelocity: "radon/velocity",
  /** JSON: how the trace was computed, by `"<roi>"` or `"<roi>:<channel>"`. */
  radonParams: "radon/params",
  /**
   * JSON: the ROI and pixels that the trace was computed from, by `"<roi>"` or `"<roi>:<channel>"`. See
   * `parseAnalysisRuns`.
   */
  radonAnalysis: "radon/analysis",
  /** Table: one row per ROI; other programs summarize the trace in it. */
  radonResults: "radon/results",
  /** Table or JSON: the same, under the first generation's name. */
  radonReport: "radon_report",
  /** Table: the same, under its oldest name. */
  radon: "radon",
  /** Table: the events of the trace, `VELOCITY_EVENTS_SCHEMA`. */
  events: "velocity_events/events",
  /** JSON: how the events were found. */
  eventParams: "velocity_events/params",
  /** JSON: what a run of the Python system stored beside the events. */
  eventSummary: "velocity_events/summary",
  /** Table: the events, under the first generation's name. */
  firstEvents: "velocity_events",
  /**
   * Table and JSON: the velocities that `kym analyze` computed, `FLOW_VELOCITY_SCHEMA`, and what each ROI's were computed from
   * and with. See `parseFlowRuns`. No sidecar ever becomes one of the five.
   */
  flowVelocity: "flow/velocity",
  /** Table and JSON: the velocities of the same windows by correlation of lines, `FLOW_LSPIV_SCHEMA`. */
  flowLspiv: "flow/lspiv",
  /** Table and JSON: the events of these velocities, `VELOCITY_EVENTS_SCHEMA`. */
  flowEvents: "flow/events",
  /** Table and JSON: the heart rate of these velocities, one row per ROI and channel, `FLOW_HEART_RATE_SCHEMA`. */
  flowHeartRate: "flow/heart_rate",
  /** Table and JSON: the width of the vessel over time, `FLOW_DIAMETER_SCHEMA`. */
  flowDiameter: "flow/diameter",
  /**
   * What acqstore, the lab's newer program, stored. Table and JSON: velocities computed anew from its angles,
   * `ACQSTORE_VELOCITY_SCHEMA`, and how each ROI's were made, as `parseFlowRuns` reads it.
   */
  acqstoreVelocity: "acqstore/velocity",
  /** Table and JSON: the events of acqstore, `VELOCITY_EVENTS_SCHEMA`, and how they were found. */
  acqstoreEvents: "acqstore/velocity_events",
  /** Table and JSON: the width of the vessel over time, in the columns and lines of the image. */
  acqstoreDiameter: "acqstore/diameter/table",
  /** Table and JSON: the sum of each line's pixels over time. */
  acqstoreSumIntensity: "acqstore/sum_intensity/table",
  /** Table: the peaks of these sums. */
  acqstorePeaks: "acqstore/sum_intensity/peaks",
  /** JSON: the heart rate of each ROI and channel. */
  acqstoreHeartRate: "acqstore/heart_rate/summary",
  /** JSON: where the scan lies in the image of the vessel. */
  acqstoreScanPath: "acqstore/reference/scan_path",
  /** JSON: how acqstore shows each channel, counted from 0. */
  acqstoreContrast: "acqstore/contrast",
  /**
   * JSON: what the XML of a Bruker microscope says about a line scan: start, time of a line and length of a pixel with the number
   * they are from, significant bits, mode and channels.
   */
  prairieScan: "prairie/scan",
  /** JSON: the line in pixels of the image in which it was drawn, as `points` of x and y. */
  prairieScanPath: "prairie/scan_path",
  /**
   * JSON: what a microscope's own file says about a line scan: start with its zone, time of a line and length of a pixel, each with
   * its source, significant bits, channels and gaps.
   */
  recordedScan: "recording/scan",
  /** JSON: the line in pixels of the reference image, as `points` of x and y. */
  recordedPath: "recording/scan_path",
  /** Array: the image in which the line was drawn. */
  recordedReference: "recording/reference",
  /** JSON: the files of the image that are kept byte for byte, with the attachment and the hash of each. */
  originals: "original/files",
} as const;

/** The name of an artifact that has a meaning here. An image may have others. */
export type ArtifactName = (typeof ARTIFACTS)[keyof typeof ARTIFACTS];
