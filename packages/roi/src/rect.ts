import { orderBounds, type RoiBounds } from "./bounds.ts";
import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./roi-fields.ts";

/** A rectangle of whole pixels. `start` is never after `stop`; the area may be 0 in what was read from a file. */
export interface RectRoi extends RoiFields {
  readonly type: "rect";
  readonly bounds: RoiBounds;
}

export interface RectRoiInit extends RoiFieldsInit {
  readonly bounds: RoiBounds;
}

/** Every spelling of a rect's edges in stored data: the one that is written, then the one that is also read. */
export const RECT_DATA_KEYS: Readonly<Record<keyof RoiBounds, readonly [string, string]>> = Object.freeze({
  dim0Start: ["y0", "dim0_start"],
  dim0Stop: ["y1", "dim0_stop"],
  dim1Start: ["x0", "dim1_start"],
  dim1Stop: ["x1", "dim1_stop"],
});

/**
 * An immutable rect; inverted corners are swapped. Throws `invalid_argument` with the path of the field.
 */
export function createRectRoi(init: RectRoiInit): RectRoi {
  const fields = checkRoiFields(init, Object.values(RECT_DATA_KEYS).flat());
  return Object.freeze({ type: "rect", ...fields, bounds: orderBounds(init.bounds) });
}
