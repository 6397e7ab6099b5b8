// What a report says, as plain data that JSON can hold: no HTML, no pixels, no drawing.

/**
 * The whole report but for what is large: {@link ReportImageDetail} is loaded image by image. Everything that tells what a scan
 * is stands in `title`, `selection`, `groupings`, `ingest`, `source` and in the field `telling` of each image, so that a blind
 * report can leave these out.
 */
export interface ReportData {
  readonly format: "kym-report";
  /** The dataset's name. */
  readonly title: string;
  readonly madeBy: ReportMadeBy;
  /** Where the dataset is, as the user typed it, and its last commit; null in a blind report. */
  readonly source: ReportSource | null;
  readonly selection: ReportSelection | null;
  readonly summary: ReportSummary;
  /** Each compares the accepted images by one field: `condition`, then `treatment`. Empty if neither is known, or blind. */
  readonly groupings: readonly ReportGrouping[];
  /** In the order of the table of images. */
  readonly images: readonly ReportImage[];
  /** What failed at the last ingest, and why. */
  readonly ingest: ReportIngest | null;
  /** What a reader must know about the numbers: sentences, the most important first. They name no image. */
  readonly notes: readonly string[];
}

export interface ReportMadeBy {
  readonly program: "kym";
  readonly version: string;
}

export interface ReportSource {
  readonly dataset: string;
  /** Number of the dataset's last commit. */
  readonly datasetVersion: number;
  /** When that commit was made, ISO 8601 in UTC; null if it is not known. The report's bytes depend on nothing later. */
  readonly committedUtc: string | null;
}

/** Which images of the dataset the report is about. */
export interface ReportSelection {
  /** The SQL of `--where`; null if all images were wanted. */
  readonly where: string | null;
  readonly inDataset: number;
  readonly shown: number;
  /** Images for which the SQL is NULL, because it asks for something that is not known of them. */
  readonly leftOutForNull: number;
}

/** Counts over the images of the report, accepted or not. */
export interface ReportSummary {
  readonly images: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly rois: number;
  /** Images with a velocity that counts; see {@link ReportMeasure}. */
  readonly withVelocity: number;
  /** Images of which a pooled table holds outdated rows, or not yet any. */
  readonly stale: number;
  /** Images with an analysis of a ROI, pixels or a calibration that changed since. */
  readonly outdated: number;
  readonly uncalibrated: number;
  /** The sum of the known durations. */
  readonly durationS: number;
  readonly userEvents: number;
}

export type MeasureKey =
  | "user_events"
  | "user_events_per_s"
  | "velocity"
  | "speed"
  | "stalls"
  | "heart_rate"
  | "diameter";

/** How an image gets its one value of a measure. */
export interface MeasureFacts {
  readonly key: MeasureKey;
  /** Such as `mean velocity`. */
  readonly label: string;
  /** Such as `mm/s`; "" for a count. */
  readonly unit: string;
  /** How the value is made, in a sentence. */
  readonly how: string;
}

/** Accepted images, grouped by one field and compared. */
export interface ReportGrouping {
  /** `condition` or `treatment`. */
  readonly field: "condition" | "treatment";
  /** Where the groups are from, in words, such as `the field condition of the images`. */
  readonly from: string;
  /** In the order in which they are drawn. */
  readonly groups: readonly string[];
  /** Accepted images that are in no group, because the field is not known of them. */
  readonly ungrouped: ReportLeftOut | null;
  readonly units: ReportUnits;
  /** Those that at least one image has. */
  readonly measures: readonly ReportMeasure[];
}

/** Over what mean ± SEM is made. */
export interface ReportUnits {
  readonly kind: "animal" | "day" | "none";
  /** Says which, where it is from, and why it is not animals. */
  readonly words: string;
}

export interface ReportMeasure extends MeasureFacts {
  /** One for each group, in their order, also for a group without a value. */
  readonly groups: readonly ReportGroup[];
  readonly test: ReportTest;
  /** Accepted images of the groups that have no value, by reason; they are not in `n`. */
  readonly leftOut: readonly ReportLeftOut[];
}

export interface ReportGroup {
  readonly name: string;
  /** Images with a value. */
  readonly n: number;
  /** As numpy's: the mean of the middle two of an even number. */
  readonly median: number | null;
  /** The mean of the means of the units: animals or days. */
  readonly mean: number | null;
  /** Standard deviation of the units' means (n - 1) divided by the root of their number; null for fewer than two units. */
  readonly sem: number | null;
  readonly nUnits: number;
  /** One for each image with a value, in the order of the images. */
  readonly points: readonly ReportPoint[];
}

/** A point of a dot plot. */
export interface ReportPoint {
  readonly imageId: string;
  readonly value: number;
  /** The animal or day; null if neither is known. */
  readonly unit: string | null;
}

/** Images without a value, or outside the groups, and why. */
export interface ReportLeftOut {
  readonly reason: string;
  readonly imageIds: readonly string[];
}

/** A test over the images of the groups, two-sided. `entered` are the numbers of values that enter, by group. */
export type ReportTest =
  | {
      readonly kind: "mann_whitney";
      /** Of the first group. */
      readonly u: number;
      readonly p: number;
      readonly method: "exact" | "asymptotic";
      /** Rank-biserial correlation, above 0 if the first group has the greater values. */
      readonly effect: number;
      readonly entered: readonly ReportEntered[];
      /** Test, numbers, p and effect in one sentence. */
      readonly words: string;
    }
  | {
      readonly kind: "kruskal_wallis";
      readonly h: number;
      readonly df: number;
      readonly p: number;
      /** Epsilon squared: H / (n - 1), from 0 to 1. */
      readonly effect: number;
      readonly entered: readonly ReportEntered[];
      readonly words: string;
    }
  | {
      readonly kind: "none";
      /** Why there is no test. */
      readonly words: string;
    };

export interface ReportEntered {
  readonly group: string;
  readonly n: number;
}

/** A row of the table, and the head of an image's section. */
export interface ReportImage {
  readonly imageId: string;
  /** What tells where, when or of what the scan is; null in a blind report. */
  readonly telling: ReportTelling | null;
  readonly accepted: boolean;
  readonly lines: number | null;
  readonly columns: number | null;
  readonly channels: number | null;
  readonly umPerPx: number | null;
  readonly msPerLine: number | null;
  readonly durationS: number | null;
  readonly nRois: number;
  /** Each is null if it is not known, or does not count; `notes` says why. */
  readonly values: Readonly<Record<MeasureKey, number | null>>;
  /** Of each pooled table that has or could have rows of the image: whether they are those of a new index. */
  readonly staleness: readonly ReportStaleness[];
  readonly analysis: ReportAnalysisState;
  /** Why a value is missing or is made of fewer ROIs, in sentences that name no image. */
  readonly notes: readonly string[];
}

export interface ReportTelling {
  /** The file's name without its ending; the path if two files have one name; the id without a file. */
  readonly name: string;
  readonly relPath: string | null;
  readonly condition: string | null;
  readonly treatment: string | null;
  readonly animal: string | null;
  /** `2025-07-22`, or the text that was noted. */
  readonly day: string | null;
  /** ISO 8601 without a time zone: the microscope's wall clock. */
  readonly acquiredLocal: string | null;
  readonly note: string | null;
}

export interface ReportStaleness {
  /** Such as `kym_radon`. */
  readonly table: string;
  /** Such as `velocities`. */
  readonly label: string;
  readonly state: "fresh" | "stale" | "not_analysed";
  /** A sentence. */
  readonly words: string;
}

export interface ReportAnalysisState {
  /** The worst of the image's analyses, as in `AnalysisState`; null for an image that was never analysed. */
  readonly state: "current" | "roi_changed" | "pixels_changed" | "calibration_changed" | "unknown" | null;
  /** A sentence. */
  readonly words: string;
}

/** What is drawn of one image, without its pixels. */
export interface ReportImageDetail {
  readonly imageId: string;
  readonly rois: readonly ReportRoi[];
  readonly traces: readonly ReportTrace[];
  readonly events: readonly ReportEvent[];
  /** Why something of it cannot be drawn, in a sentence; null if all can. The lists have what could be read. */
  readonly problem: string | null;
}

export interface ReportRoi {
  readonly roiId: number;
  readonly channel: number;
  /** Name and note as a person typed them; null in a blind report. */
  readonly telling: { readonly name: string; readonly note: string } | null;
  /** Stored form without name, note and `meta`, which may hold any text: `roiFromEnvelope` of `@kym/roi` reads it. */
  readonly envelope: unknown;
  /** Shape and place, in words, for those who do not see the picture. */
  readonly words: string;
}

/** One number for each window; null where nothing was measured, which is a gap. */
export interface ReportTrace {
  readonly roiId: number;
  readonly channel: number;
  readonly software: string;
  readonly algorithm: string | null;
  readonly state: NonNullable<ReportAnalysisState["state"]>;
  /** A sentence. */
  readonly stateWords: string;
  /** In lines from the image's first. */
  readonly centreLine: readonly (number | null)[];
  /** False if pixel size or line period is not known: then velocities are in no known unit. */
  readonly calibrated: boolean;
  readonly velocityMmPerS: readonly (number | null)[];
  /** How many lines a window has. */
  readonly windowLines: number | null;
  /** By how many columns a streak moves from one line to the next. */
  readonly pxPerLine: readonly (number | null)[];
}

export interface ReportEvent {
  readonly roiId: number;
  readonly channel: number;
  readonly eventType: string | null;
  readonly userType: string | null;
  /** A person added it; otherwise a program found it. */
  readonly byUser: boolean;
  readonly startS: number | null;
  /** Null for an event without an end. */
  readonly endS: number | null;
}

/** What is known of files that did not come in. */
export interface ReportIngest {
  /** Name of the report of the last ingest beside the dataset; null without one. */
  readonly file: string | null;
  /** Whether everything came in, or how it is known what did not; or why nothing is known. */
  readonly words: string;
  /** What could not be read. */
  readonly failed: readonly ReportIngestItem[];
  /** What was left as it was. */
  readonly skipped: readonly ReportIngestItem[];
  readonly conflicts: readonly ReportIngestItem[];
  /** Analyses without an image. */
  readonly orphans: readonly ReportIngestItem[];
}

export interface ReportIngestItem {
  /** Below the ingested folder. */
  readonly path: string;
  readonly reason: string;
}
