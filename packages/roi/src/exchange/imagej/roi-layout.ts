// The binary layout of ImageJ's `.roi` files: offsets, versions, numbers of types.

import type { ImageJRoiType, ImageJSubtype } from "./imagej-roi.ts";

/** The first four bytes of a `.roi` file, "Iout". */
export const ROI_MAGIC = 0x496f7574;
/** The oldest version that is read; older ones date from before 2005. */
export const OLDEST_VERSION = 217;
/** The version that is written, that of ImageJ 1.52t and newer. */
export const WRITTEN_VERSION = 228;
/** From this version on, the points of an outline may be floats. */
export const SUB_PIXEL_VERSION = 222;
/** From this version on, the corners of a rectangle may be floats. */
export const SUB_PIXEL_RECT_VERSION = 223;

export const HEADER_BYTES = 64;
export const HEADER2_BYTES = 64;

/** The byte offset of each field; all are big-endian. */
export const HEADER = {
  version: 4,
  type: 6,
  top: 8,
  left: 10,
  bottom: 12,
  right: 14,
  numCoordinates: 16,
  /** Four floats: `x1, y1, x2, y2` of a line, or `x, y, width, height` of a rectangle. */
  floats: 18,
  /** Used if there are no floats: the number of coordinates, as 32 bits, if 16 bits cannot hold it. */
  manyCoordinates: 18,
  strokeWidth: 34,
  shapeSize: 36,
  strokeColor: 40,
  fillColor: 44,
  subtype: 48,
  options: 50,
  arrowStyle: 52,
  arrowHeadSize: 53,
  arcSize: 54,
  position: 56,
  header2: 60,
} as const;

/** The byte offset of each field in the second header. */
export const HEADER2 = {
  c: 4,
  z: 8,
  t: 12,
  nameOffset: 16,
  nameLength: 20,
  labelColor: 24,
  labelFontSize: 28,
  group: 30,
  imageOpacity: 31,
  imageSize: 32,
  strokeWidth: 36,
  propertiesOffset: 40,
  propertiesLength: 44,
  countersOffset: 48,
} as const;

/** The types of selection; the index is the number in the file. */
export const ROI_TYPES: readonly ImageJRoiType[] = Object.freeze([
  "polygon",
  "rect",
  "oval",
  "line",
  "freeline",
  "polyline",
  "none",
  "freehand",
  "traced",
  "angle",
  "point",
] as const);

/** The subtypes; the index is the number in the file. */
export const ROI_SUBTYPES: readonly (ImageJSubtype | undefined)[] = Object.freeze([
  undefined,
  "text",
  "arrow",
  "ellipse",
  "image",
  "rotated_rect",
] as const);

export const SUB_PIXEL_OPTION = 128;
export const SPLINE_FIT_OPTION = 1;

/** The types whose shape is given by coordinates after the header. */
const OUTLINES: ReadonlySet<ImageJRoiType> = new Set<ImageJRoiType>([
  "polygon",
  "freeline",
  "polyline",
  "freehand",
  "traced",
  "angle",
  "point",
]);

export function isOutline(type: ImageJRoiType): boolean {
  return OUTLINES.has(type);
}
