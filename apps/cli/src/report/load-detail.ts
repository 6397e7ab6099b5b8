// Loads what is drawn of one image: ROIs, traces and events. Reads no pixels.

import { AcqImage, KymDataset, type RoiEvent, type RoiTrace } from "@kym/kym-dataset";
import { calibrationOf, isKymSchemaError } from "@kym/kym-schema";
import { type Roi, toEnvelope } from "@kym/roi";
import { isZarrStoreError, type ReadOptions, type ZarrDataset } from "@kym/zarr-store";
import { roiPlace, roiPlaceText } from "../study/roi-place.ts";
import { STATE_WORDS } from "./numbers/state-words.ts";
import type { ReportEvent, ReportImageDetail, ReportRoi, ReportTrace } from "./report-data.ts";

/** The `event_type` of an event that a person added. */
const USER_ADDED = "User Added";

/**
 * Loads ROIs, traces and events of an image, the results that the dataset prefers. What cannot be read is said, so that one broken
 * file does not stop a report of the others.
 *
 * @throws {ZarrStoreError} other errors of reading, as `not_found` and `aborted`
 */
export async function loadDetail(
  dataset: ZarrDataset,
  imageId: string,
  options: ReadOptions = {},
): Promise<ReportImageDetail> {
  const record = dataset.record(imageId);
  const image = AcqImage.from({
    sourceKey: imageId,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const metadata = await readable(() => image.metadata(options));
  const found = await readable(() => new KymDataset(dataset).loadTraces(imageId, options));
  const { umPerPx, secondsPerLine } =
    metadata === "unreadable" ? NOT_CALIBRATED : calibrationOf(metadata.header);
  const calibrated = umPerPx !== null && secondsPerLine !== null;
  const { traces, events } = found === "unreadable" ? NOT_FOUND : found;
  const unread = [
    ...(metadata === "unreadable" ? ["its metadata"] : []),
    ...(found === "unreadable" ? ["its velocities or events"] : []),
  ];
  return {
    imageId,
    rois: metadata === "unreadable" ? [] : metadata.rois.map(reportRoi),
    traces: traces.map((trace) => reportTrace(trace, calibrated)),
    events: events.map(reportEvent),
    problem: unread.length === 0 ? null : `Of this image, ${unread.join(" and ")} cannot be read.`,
  };
}

const NOT_CALIBRATED = { umPerPx: null, secondsPerLine: null };
const NOT_FOUND = { traces: [], events: [] };

async function readable<Value>(read: () => Promise<Value>): Promise<Value | "unreadable"> {
  try {
    return await read();
  } catch (error) {
    if (
      isKymSchemaError(error, "invalid_metadata") ||
      isZarrStoreError(error, "invalid_file", "modified_outside", "integrity", "not_supported")
    ) {
      return "unreadable";
    }
    throw error;
  }
}

function reportRoi(roi: Roi): ReportRoi {
  const { name, note, ...stored } = toEnvelope(roi);
  return {
    roiId: roi.id,
    channel: roi.channel,
    telling: { name: roi.name, note: roi.note },
    envelope: { ...stored, meta: {} },
    words: `ROI ${roi.id}: ${roi.type}${roiPlaceText(roiPlace(roi))}`,
  };
}

function reportTrace(trace: RoiTrace, calibrated: boolean): ReportTrace {
  const { roiId, channel, software, algorithm, state, windowLines } = trace;
  return {
    ...{ roiId, channel, software, algorithm, state, calibrated, windowLines },
    stateWords: STATE_WORDS[state],
    centreLine: withGaps(trace.centreLine),
    velocityMmPerS: withGaps(trace.velocityMmPerS),
    pxPerLine: withGaps(trace.pxPerLine),
  };
}

function withGaps(values: Float64Array): readonly (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : null));
}

function reportEvent({ roiId, channel, eventType, userType, startS, endS }: RoiEvent): ReportEvent {
  return { roiId, channel, eventType, userType, byUser: eventType === USER_ADDED, startS, endS };
}
