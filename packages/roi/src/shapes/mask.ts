// Mask ROIs: regions of any shape whose pixels are stored in an array outside the ROI.

import { RoiError } from "../errors.ts";
import { orderBounds, type RoiBounds } from "./bounds.ts";
import { readInteger, unexpected } from "./fields/read-field.ts";
import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./fields/roi-fields.ts";

/** A region of any shape. Its pixels are in an array of their own, such as `analysis_arrays/roi_mask_7`. */
export interface MaskRoi extends RoiFields {
  readonly type: "mask";
  /** The name of the mask's array; never empty. */
  readonly maskRef: string;
}

export interface MaskRoiInit extends RoiFieldsInit {
  readonly maskRef: string;
}

/**
 * The pixels of a mask: `height` × `width` values in C order. 0 is outside, anything else is inside. A mask of
 * part of the plane says where its first pixel lies.
 */
export interface RoiMask {
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  /** The row of the plane at which the mask begins. Default 0. */
  readonly dim0Start?: number | undefined;
  /** The column of the plane at which the mask begins. Default 0. */
  readonly dim1Start?: number | undefined;
}

/** The keys of a mask's geometry in stored `data`. */
export const MASK_DATA_KEYS: readonly string[] = Object.freeze(["mask_ref"]);

/** Creates an immutable mask ROI. Throws `invalid_argument` with the path of the field. */
export function createMaskRoi(init: MaskRoiInit): MaskRoi {
  return Object.freeze({
    type: "mask",
    ...checkRoiFields(init, MASK_DATA_KEYS),
    maskRef: checkRef(init.maskRef, "maskRef"),
  });
}

/** Reads `mask_ref`. Throws `invalid_argument` with the path of the key. */
export function decodeMaskData({ mask_ref: ref }: Readonly<Record<string, unknown>>, path: string): string {
  return checkRef(ref, `${path}.mask_ref`);
}

/** Returns the stored `data` of a mask. */
export function encodeMaskData(roi: MaskRoi): Record<string, unknown> {
  return { mask_ref: roi.maskRef };
}

/**
 * Returns the rectangle of the plane that a mask covers. Throws `invalid_argument` if its size and data
 * disagree.
 */
export function maskBounds(mask: RoiMask): RoiBounds {
  const height = readInteger(mask.height, "mask.height", 0);
  const width = readInteger(mask.width, "mask.width", 0);
  if (mask.data.length !== height * width) {
    throw new RoiError(
      "invalid_argument",
      `mask.data: expected ${height} × ${width} values, found ${mask.data.length}`,
      { path: "mask.data", expected: height * width, found: mask.data.length },
    );
  }
  const dim0Start = readInteger(mask.dim0Start ?? 0, "mask.dim0Start");
  const dim1Start = readInteger(mask.dim1Start ?? 0, "mask.dim1Start");
  return orderBounds({ dim0Start, dim0Stop: dim0Start + height, dim1Start, dim1Stop: dim1Start + width });
}

/** The error for a mask ROI whose pixels are needed but were not given. */
export function missingMask(id: number): RoiError {
  return new RoiError("invalid_argument", `mask: ROI ${id} is a mask; pass its pixels`, {
    path: "mask",
  });
}

function checkRef(value: unknown, path: string): string {
  if (typeof value !== "string" || value === "") {
    throw unexpected(path, "a non-empty string", value);
  }
  return value;
}
