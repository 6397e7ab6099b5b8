import { orderBounds, type RoiBounds } from "./bounds.ts";
import { readInteger, unexpected } from "./read-field.ts";
import { checkRoiFields, type RoiFields, type RoiFieldsInit } from "./roi-fields.ts";

/** A rectangle of whole pixels. `start` is never after `stop`; the area may be 0 in what was read from a file. */
export interface RectRoi extends RoiFields {
  readonly type: "rect";
  readonly bounds: RoiBounds;
}

export interface RectRoiInit extends RoiFieldsInit {
  readonly bounds: RoiBounds;
}

/** An edge's key in stored data: the one that is written, then the one that is read as well. */
type EdgeKeys = readonly [written: string, alternative: string];

const EDGE_KEYS: Readonly<Record<keyof RoiBounds, EdgeKeys>> = {
  dim0Start: ["y0", "dim0_start"],
  dim0Stop: ["y1", "dim0_stop"],
  dim1Start: ["x0", "dim1_start"],
  dim1Stop: ["x1", "dim1_stop"],
};

/** The keys that a rect's geometry has in stored data, in every spelling. */
export const RECT_DATA_KEYS: readonly string[] = Object.freeze(Object.values(EDGE_KEYS).flat());

/**
 * An immutable rect; inverted corners are swapped. Throws `invalid_argument` with the path of the field.
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
  return {
    dim0Start: readEdge(data, EDGE_KEYS.dim0Start, path),
    dim0Stop: readEdge(data, EDGE_KEYS.dim0Stop, path),
    dim1Start: readEdge(data, EDGE_KEYS.dim1Start, path),
    dim1Stop: readEdge(data, EDGE_KEYS.dim1Stop, path),
  };
}

/** The stored `data` of a rect: x is dim1, y is dim0. */
export function encodeRectData({ bounds }: RectRoi): Record<string, unknown> {
  return { x0: bounds.dim1Start, x1: bounds.dim1Stop, y0: bounds.dim0Start, y1: bounds.dim0Stop };
}

/** One edge in either spelling; both may be there if they agree. */
function readEdge(data: Readonly<Record<string, unknown>>, keys: EdgeKeys, path: string): number {
  const [written, alternative] = keys;
  const present = keys.filter((key) => data[key] !== undefined);
  const [edge, other = edge] = present.map((key) => readInteger(data[key], `${path}.${key}`));
  if (edge === undefined) {
    throw unexpected(`${path}.${written}`, `an integer, here or as ${alternative}`, undefined);
  }
  if (edge !== other) {
    throw unexpected(`${path}.${alternative}`, `${edge} as in ${written}`, other);
  }
  return edge;
}
