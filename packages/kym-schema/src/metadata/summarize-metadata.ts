// The facts that lists of images show and sort by, taken from each image's metadata.

import type { Scalar, Summary } from "@kym/zarr-store";
import { calibrationOf, calibrationSourceOf } from "./calibration.ts";
import { parseMetadataLeniently } from "./metadata.ts";

/** The key of each fact in a summary. */
export const SUMMARY_KEYS = {
  acquiredLocalEpochNs: "acquired_local_epoch_ns",
  umPerPx: "um_per_px",
  secondsPerLine: "seconds_per_line",
  calibrated: "calibrated",
  calibrationSource: "calibration_source",
  nRois: "n_rois",
  accepted: "accepted",
  note: "note",
  treatment: "treatment",
  condition: "condition",
} as const;

/** The facts of a summary. An unknown fact is null. */
export interface MetadataSummary {
  /** The time of the microscope's clock in nanoseconds, read as if it were UTC; exact. */
  readonly acquiredLocalEpochNs: bigint | null;
  readonly umPerPx: number | null;
  readonly secondsPerLine: number | null;
  readonly calibrated: boolean | null;
  /** Where the calibration is from; null also for one that a version before 0.3 stored. */
  readonly calibrationSource: string | null;
  readonly nRois: number | null;
  readonly accepted: boolean | null;
  readonly note: string | null;
  readonly treatment: string | null;
  readonly condition: string | null;
}

/**
 * Extracts the facts that lists show and sort by, for `openDataset({ summarize: summarizeMetadata })`: the keys
 * in `SUMMARY_KEYS`. An unknown fact is null, an unknown source of the calibration absent; `acquired_local_epoch_ns` is a bigint.
 *
 * It never throws: text that is not JSON gives the same facts as an empty object.
 */
export function summarizeMetadata(metadataText: string): Summary {
  const { header, experiment, rois, accepted } = parseMetadataLeniently(metadataText);
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  const source = calibrationSourceOf(header);
  return {
    [SUMMARY_KEYS.acquiredLocalEpochNs]: header.acquiredLocalEpochNs ?? null,
    [SUMMARY_KEYS.umPerPx]: umPerPx,
    [SUMMARY_KEYS.secondsPerLine]: secondsPerLine,
    [SUMMARY_KEYS.calibrated]: secondsPerLine !== null && umPerPx !== null,
    // Left out if nobody noted it, so that images of earlier versions keep the summary that they have.
    ...(source !== null && { [SUMMARY_KEYS.calibrationSource]: source }),
    [SUMMARY_KEYS.nRois]: rois.length,
    [SUMMARY_KEYS.accepted]: accepted,
    [SUMMARY_KEYS.note]: experiment.note ?? null,
    [SUMMARY_KEYS.treatment]: experiment.treatment ?? null,
    [SUMMARY_KEYS.condition]: experiment.condition ?? null,
  };
}

/** Reads a summary back from the manifest of a dataset. A value of another type counts as unknown. */
export function readSummary(summary: Summary): MetadataSummary {
  return {
    acquiredLocalEpochNs: bigintOf(summary[SUMMARY_KEYS.acquiredLocalEpochNs]),
    umPerPx: numberOf(summary[SUMMARY_KEYS.umPerPx]),
    secondsPerLine: numberOf(summary[SUMMARY_KEYS.secondsPerLine]),
    calibrated: booleanOf(summary[SUMMARY_KEYS.calibrated]),
    calibrationSource: textOf(summary[SUMMARY_KEYS.calibrationSource]),
    nRois: numberOf(summary[SUMMARY_KEYS.nRois]),
    accepted: booleanOf(summary[SUMMARY_KEYS.accepted]),
    note: textOf(summary[SUMMARY_KEYS.note]),
    treatment: textOf(summary[SUMMARY_KEYS.treatment]),
    condition: textOf(summary[SUMMARY_KEYS.condition]),
  };
}

function bigintOf(value: Scalar | undefined): bigint | null {
  return typeof value === "bigint" || Number.isSafeInteger(value) ? BigInt(value ?? 0) : null;
}

function numberOf(value: Scalar | undefined): number | null {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}

function textOf(value: Scalar | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function booleanOf(value: Scalar | undefined): boolean | null {
  return typeof value === "boolean" ? value : null;
}
