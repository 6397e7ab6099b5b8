// Rect ROIs: half-open rectangles of whole pixels.

import { orderBounds, type RoiBounds } from "./bounds.ts";
import { readInteger } from "./fields/read-field.ts";
import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./fields/roi-fields.ts";
import { decodeStoredEdges, STORED_EDGE_KEYS } from "./fields/stored-edges.ts";

/**
 * A rectangle of whole pixels. `start` is never after `stop`; the area can be 0 if the rect was read from a
 * file.
 */
export interface RectRoi extends RoiFields {
  readonly type: "rect";
  readonly bounds: RoiBounds;
}

export interface RectRoiInit extends RoiFieldsInit {
  readonly bounds: RoiBounds;
}

/** The keys of a rect's geometry in stored `data`, in both spellings. */
export const RECT_DATA_KEYS: readonly string[] = STORED_EDGE_KEYS;

/**
 * Creates an immutable rect; inverted corners are swapped. Throws `invalid_argument` with the path of the
 * field.
 */
export function createRectRoi(init: RectRoiInit): RectRoi {
  return Object.freeze({
    type: "rect",
    ...checkRoiFields(init, RECT_DATA_KEYS),
    bounds: orderBounds(init.bounds),
  });
}

/** Reads `x0, x1, y0, y1` or `dim0_start …`. Throws `invalid_argument` with the path of the key. */
export function decodeRectData(data: Readonly<Record<string, unknown>>, path: string): RoiBounds {
  const { x0, x1, y0, y1 } = decodeStoredEdges(data, path, readInteger);
  return { dim0Start: y0, dim0Stop: y1, dim1Start: x0, dim1Stop: x1 };
}

/** Returns the stored `data` of a rect; x is dim1, y is dim0. */
export function encodeRectData({ bounds }: RectRoi): Record<string, unknown> {
  return { x0: bounds.dim1Start, x1: bounds.dim1Stop, y0: bounds.dim0Start, y1: bounds.dim0Stop };
}
