// Reads OME-XML and ImageJ's description, where what does not fit the file is a warning and no error.

import { isLegacyIoError } from "../../errors.ts";
import type { AxisCalibration } from "./axis-calibration.ts";
import {
  type ImageJDescription,
  parseImageJDescription,
  parseOddImageJDescription,
} from "./imagej-description.ts";
import {
  firstOmeCalibration,
  metadataFileOf,
  type OmeDescription,
  parseOmeDescription,
} from "./ome-description.ts";

/** ImageJ writes no longer descriptions. */
const MAX_IMAGEJ_LENGTH = 2 ** 20;

/** Reads OME-XML. One that is not about the pages of this file gives its calibration, and a warning. */
export function readOme(
  description: string | undefined,
  pageCount: number,
  samplesPerPixel: number,
  warnings: string[],
): { readonly planes: OmeDescription | undefined; readonly calibration: readonly AxisCalibration[] } {
  if (description === undefined) {
    return { planes: undefined, calibration: [] };
  }
  try {
    const planes = parseOmeDescription(description, pageCount, samplesPerPixel);
    return { planes, calibration: planes?.calibration ?? [] };
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    const other = metadataFileOf(description);
    const what =
      other === undefined
        ? error.message
        : `TIFF tag ImageDescription: the OME-XML is in another file, ${other}`;
    warnings.push(`${what}: the pages of this file are read, and its axes are not used`);
    return { planes: undefined, calibration: firstOmeCalibration(description) };
  }
}

/** Reads ImageJ's description. Counts that contradict each other are a warning. */
export function readImageJ(
  description: string | undefined,
  pageCount: number,
  warnings: string[],
): ImageJDescription | undefined {
  if (description === undefined) {
    return undefined;
  }
  try {
    return parseImageJDescription(description);
  } catch (error) {
    if (!isLegacyIoError(error)) {
      throw error;
    }
    const isTooLong = description.length > MAX_IMAGEJ_LENGTH;
    warnings.push(`${error.message}: ${isTooLong ? "it is not read" : "the pages that are there are read"}`);
    return isTooLong ? undefined : parseOddImageJDescription(description, pageCount);
  }
}
