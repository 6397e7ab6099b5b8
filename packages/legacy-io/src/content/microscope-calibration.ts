// The calibration that the microscope's own header gives, from what the artifact `metadata` kept of that header.

import { isLegacyIoError } from "../errors.ts";
import { olympusHeaderText } from "../formats/kymflow/header-text.ts";
import { readOlympusHeader } from "../formats/olympus/olympus-header.ts";

/** The steps that a microscope's header gives; null if it does not. */
export interface MicroscopeCalibration {
  readonly umPerPx: number | null;
  readonly secondsPerLine: number | null;
}

/**
 * Reads what the microscope's header says, whatever calibration people or programs have set since. Undefined if the metadata
 * keep no such header, or one that cannot be read.
 *
 * @param metadataText the text of the artifact `metadata`
 * @example
 * const { umPerPx } = microscopeCalibration(text) ?? {};
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON
 */
export function microscopeCalibration(metadataText: string): MicroscopeCalibration | undefined {
  const header = olympusHeaderText(metadataText);
  if (header === undefined) {
    return undefined;
  }
  try {
    const { umPerPx = null, secondsPerLine = null } = readOlympusHeader(new TextEncoder().encode(header));
    return { umPerPx, secondsPerLine };
  } catch (error) {
    if (isLegacyIoError(error, "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}
