// Keeps ImageJ's own bytes with a ROI, and decides whether they still describe it.

import { clampRoi } from "../../../edit/clamp.ts";
import { buildNewRoi, type NewRoi } from "../../../edit/new-roi.ts";
import { isRoiError } from "../../../errors.ts";
import { geometryKey } from "../../../geometry/geometry-key.ts";
import type { PlaneSize } from "../../../shapes/bounds.ts";
import { isRecord } from "../../../shapes/fields/read-field.ts";
import type { Roi } from "../../../shapes/roi.ts";
import { parseImageJRoi } from "../parse-imagej-roi.ts";
import { roiFromImageJ } from "../roi-from-imagej.ts";
import { roiToImageJ } from "../roi-to-imagej.ts";
import { writeImageJRoi } from "../write-imagej-roi.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { renameSelection } from "./rename-selection.ts";

/** The key in `extra` under which a ROI keeps what ImageJ wrote: `{ roi }`, the bytes as base64, and `named`, if its file gave the name. */
export const IMAGEJ_EXTRA = "imagej";

/** 1 MiB. Only the pixels of an image selection, or an outline of 100 000 points, take more. */
export const MOST_KEPT_BYTES: number = 2 ** 20;

/**
 * Returns a draft that keeps the bytes it was read from, so that they can be written again unchanged. Bytes that we would
 * write ourselves need not be kept, and more than 1 MiB are not.
 *
 * @param named the name, if it is that of the file because the bytes have none
 */
export function keepSelection(draft: NewRoi, bytes: Uint8Array, named?: string): NewRoi {
  if (
    bytes.length > MOST_KEPT_BYTES ||
    isWhatWeWrite(named === undefined ? draft : { ...draft, name: "" }, bytes)
  ) {
    return draft;
  }
  return {
    ...draft,
    extra: {
      ...draft.extra,
      [IMAGEJ_EXTRA]: { roi: toBase64(bytes), ...(named === undefined ? {} : { named }) },
    },
  };
}

/** Returns the bytes that a ROI was read from, whether it was edited since or not. Undefined if it was not read from ImageJ. */
export function imageJKeptBytes({ extra }: Pick<Roi, "extra">): Uint8Array<ArrayBuffer> | undefined {
  const kept = extra[IMAGEJ_EXTRA];
  const text = isRecord(kept) ? kept["roi"] : undefined;
  // An export without paths leaves the bytes out.
  return typeof text === "string" && text !== "" ? fromBase64(text) : undefined;
}

/**
 * Returns the bytes that a ROI was read from, if it still has the same geometry, channel and slice: with the ROI's name, if
 * that is another one. Undefined if the ROI was edited since, or was not read from ImageJ.
 *
 * @param size the image, at whose border the ROI may have been cut off since
 */
export function keptSelection(roi: Roi, size?: PlaneSize): Uint8Array<ArrayBuffer> | undefined {
  const kept = roi.extra[IMAGEJ_EXTRA];
  const bytes = imageJKeptBytes(roi);
  if (bytes === undefined) {
    return undefined;
  }
  try {
    const { draft } = roiFromImageJ(parseImageJRoi(bytes));
    const was = buildNewRoi(roi.id, draft, undefined);
    const forms = size === undefined ? [was] : [was, clampRoi(was, size).roi];
    if (!forms.some((form) => geometryKey(form) === geometryKey(roi))) {
      return undefined;
    }
    const isNamed = roi.name === was.name || (isRecord(kept) && kept["named"] === roi.name);
    return isNamed ? bytes : renameSelection(bytes, roi.name);
  } catch (error) {
    if (isRoiError(error)) {
      return undefined;
    }
    throw error;
  }
}

function isWhatWeWrite(draft: NewRoi, bytes: Uint8Array): boolean {
  try {
    const ours = writeImageJRoi(roiToImageJ(buildNewRoi(1, draft, undefined)));
    return ours.length === bytes.length && ours.every((byte, index) => byte === bytes[index]);
  } catch (error) {
    if (isRoiError(error)) {
      return false;
    }
    throw error;
  }
}
