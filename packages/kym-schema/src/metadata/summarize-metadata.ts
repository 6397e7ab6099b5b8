/** What lists of images show and order by, of the metadata of each. */
import { isZarrStoreError, type Scalar, type Summary } from "@kym/zarr-store";
import { calibrationOf } from "./calibration.ts";
import { type KymMetadata, parseMetadata } from "./metadata.ts";

/** The key of each fact in a summary. */
export const SUMMARY_KEYS = {
  acquiredLocalEpochNs: "acquired_local_epoch_ns",
  umPerPx: "um_per_px",
  secondsPerLine: "seconds_per_line",
  calibrated: "calibrated",
  nRois: "n_rois",
  accepted: "accepted",
  note: "note",
  treatment: "treatment",
  condition: "condition",
} as const;

/** The facts of a summary. What is not known is null. */
export interface MetadataSummary {
  /** The microscope's wall clock read as if UTC, exact. */
  readonly acquiredLocalEpochNs: bigint | null;
  readonly umPerPx: number | null;
  readonly secondsPerLine: number | null;
  readonly calibrated: boolean | null;
  readonly nRois: number | null;
  readonly accepted: boolean | null;
  readonly note: string | null;
  readonly treatment: string | null;
  readonly condition: string | null;
}

/**
 * The facts that lists and orders need, for `openDataset({ summarize: summarizeMetadata })`: `acquired_local_epoch_ns`
 * (bigint), `um_per_px`, `seconds_per_line`, `calibrated`, `n_rois`, `accepted`, `note`, `treatment`, `condition`. What
 * is not known is null. Never throws: metadata that is no JSON gives the facts of metadata that says nothing.
 */
export function summarizeMetadata(metadataText: string): Summary {
  const { header, experiment, rois, accepted } = parseLeniently(metadataText);
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  return {
    [SUMMARY_KEYS.acquiredLocalEpochNs]: header.acquiredLocalEpochNs ?? null,
    [SUMMARY_KEYS.umPerPx]: umPerPx,
    [SUMMARY_KEYS.secondsPerLine]: secondsPerLine,
    [SUMMARY_KEYS.calibrated]: secondsPerLine !== null && umPerPx !== null,
    [SUMMARY_KEYS.nRois]: rois.length,
    [SUMMARY_KEYS.accepted]: accepted,
    [SUMMARY_KEYS.note]: experiment.note ?? null,
    [SUMMARY_KEYS.treatment]: experiment.treatment ?? null,
    [SUMMARY_KEYS.condition]: experiment.condition ?? null,
  };
}

/** Reads a summary back, as the manifest of a dataset has it. A value of another type is not known. */
export function readSummary(summary: Summary): MetadataSummary {
  return {
    acquiredLocalEpochNs: bigintOf(summary[SUMMARY_KEYS.acquiredLocalEpochNs]),
    umPerPx: numberOf(summary[SUMMARY_KEYS.umPerPx]),
    secondsPerLine: numberOf(summary[SUMMARY_KEYS.secondsPerLine]),
    calibrated: booleanOf(summary[SUMMARY_KEYS.calibrated]),
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

function parseLeniently(text: string): KymMetadata {
  try {
    return parseMetadata(text);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_file")) {
      return parseMetadata({});
    }
    throw error;
  }
}
