// Loads what a report says: the only part of it that reads.

import type { ReportData, ReportImageDetail } from "./report-data.ts";

/** A report, and what is drawn of each of its images. */
export interface LoadedReport {
  readonly data: ReportData;
  /** Loads ROIs, traces and events of an image of the report. Reads no pixels. */
  readonly detailOf: (imageId: string) => Promise<ReportImageDetail>;
}
