import { isZarrStoreError, type Summary } from "@kym/zarr-store";
import { calibrationOf } from "./calibration.ts";
import { type KymMetadata, parseMetadata } from "./metadata.ts";

/**
 * The facts that lists and orders need, for `openDataset({ summarize: summarizeMetadata })`: `acquired_local_epoch_ns`
 * (bigint), `um_per_px`, `seconds_per_line`, `calibrated`, `n_rois`, `accepted`, `note`, `treatment`, `condition`. What
 * is not known is null. Never throws: metadata that is no JSON gives the facts of metadata that says nothing.
 */
export function summarizeMetadata(metadataText: string): Summary {
  const { header, experiment, rois, accepted } = parseLeniently(metadataText);
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  return {
    acquired_local_epoch_ns: header.acquiredLocalEpochNs ?? null,
    um_per_px: umPerPx,
    seconds_per_line: secondsPerLine,
    calibrated: secondsPerLine !== null && umPerPx !== null,
    n_rois: rois.length,
    accepted,
    note: experiment.note ?? null,
    treatment: experiment.treatment ?? null,
    condition: experiment.condition ?? null,
  };
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
