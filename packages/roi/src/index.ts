/**
 * Regions of interest of image planes: immutable geometry, the stored envelope in every spelling, clamping,
 * hit-testing and exact statistics. Pure and without a dependency.
 *
 * @module
 */
export {
  boundsArea,
  boundsEqual,
  fullBounds,
  intersectBounds,
  orderBounds,
  type PlaneSize,
  type RoiBounds,
} from "./bounds.ts";
export { type ClampedRoi, clampBounds, clampRoi, clampZ, type ImageExtent } from "./clamp.ts";
export { type ContainsPointOptions, containsPoint } from "./contains-point.ts";
export type { Plane } from "./covered-pixels.ts";
export { type RoiFromEnvelopeOptions, roiFromEnvelope, toEnvelope } from "./envelope.ts";
export { isRoiError, RoiError, type RoiErrorCode, type RoiErrorDetails } from "./errors.ts";
export { geometryHash } from "./geometry-hash.ts";
export { geometryKey } from "./geometry-key.ts";
export { type HitMode, type HitTestOptions, hitTest, type RoiHit } from "./hit-test.ts";
export { isEmptyRoi } from "./is-empty-roi.ts";
export { createLineRoi, type LineEnds, type LineRoi, type LineRoiInit } from "./line.ts";
export { createMaskRoi, type MaskRoi, type MaskRoiInit, type RoiMask } from "./mask.ts";
export type { NewRoi, RoiEdit } from "./new-roi.ts";
export { createPathRoi, type PathRoi, type PathRoiInit } from "./path-roi.ts";
export type { RoiPoint } from "./point.ts";
export { createPolygonRoi, type PolygonRoi, type PolygonRoiInit } from "./polygon.ts";
export { createPolylineRoi, type PolylineRoi, type PolylineRoiInit } from "./polyline.ts";
export { type RasterizeOptions, type RasterMask, rasterize } from "./rasterize.ts";
export { createRectRoi, type RectRoi, type RectRoiInit } from "./rect.ts";
export { maskRefOf, type Roi, type RoiType } from "./roi.ts";
export { type RoiBoundsOptions, roiBounds } from "./roi-bounds.ts";
export type { RoiFields, RoiFieldsInit } from "./roi-fields.ts";
export { type RevalidatedRoiSet, RoiSet, type RoiSetOptions } from "./roi-set.ts";
export { type RoiStats, type RoiStatsOptions, roiStats, toStoredStats } from "./stats.ts";
export type { StoredRoiStats } from "./stored-stats.ts";
