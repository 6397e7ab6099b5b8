// Makes a report blind: a scorer may send it on, and it tells nothing of where, when or of what the scans are.

import type { BlindNames } from "../blind/blind-names.ts";
import { knownEvent, knownMethod, knownSoftware, knownTable } from "../blind/known-words.ts";
import type { ReportData, ReportImage, ReportImageDetail, ReportRoi } from "./report-data.ts";

/**
 * The report without names, times and groups: images have their blind names as ids and come in their order; comparisons, their
 * statistics and what failed at ingest are left out. What was measured of each image stays.
 */
export function blindReport(data: ReportData, names: BlindNames): ReportData {
  return {
    ...data,
    title: "Blind report",
    source: null,
    selection: null,
    groupings: [],
    ingest: null,
    images: data.images
      .map((image) => blindReportImage(image, names))
      .sort((a, b) => (a.imageId < b.imageId ? -1 : 1)),
    notes: [
      "This report is blind: it has no names, dates and conditions, and compares no groups. The key of kym random opens it.",
    ],
  };
}

function blindReportImage(image: ReportImage, names: BlindNames): ReportImage {
  return {
    ...image,
    imageId: names.of(image.imageId),
    telling: null,
    staleness: image.staleness.filter(({ table }) => knownTable(table)),
    notes: image.notes.map((note) => names.in(note)),
  };
}

/** What is drawn of an image, without words that a person or another program wrote. */
export function blindDetail(detail: ReportImageDetail, names: BlindNames): ReportImageDetail {
  return {
    ...detail,
    imageId: names.of(detail.imageId),
    rois: detail.rois.map(blindReportRoi),
    traces: detail.traces.map((trace) => ({
      ...trace,
      software: knownSoftware(trace.software),
      algorithm: knownMethod(trace.algorithm),
    })),
    events: detail.events.map((event) => ({
      ...event,
      eventType: knownEvent(event.eventType),
      userType: knownEvent(event.userType),
    })),
  };
}

/** Of the stored form only the numbers that say where the ROI lies. The pixels of a mask have a name of their own. */
function blindReportRoi(roi: ReportRoi): ReportRoi {
  const stored = isRecord(roi.envelope) ? roi.envelope : {};
  const { roi_id, roi_type, version, channel, z, revision, data } = stored;
  const numbers = isRecord(data) ? Object.entries(data).filter(([, value]) => isNumbers(value)) : [];
  const place = roi_type === "mask" ? { mask_ref: "mask" } : Object.fromEntries(numbers);
  return {
    ...roi,
    telling: null,
    envelope: { roi_id, roi_type, version, channel, z, revision, name: "", note: "", meta: {}, data: place },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumbers(value: unknown): boolean {
  return typeof value === "number" || (Array.isArray(value) && value.every(isNumbers));
}
