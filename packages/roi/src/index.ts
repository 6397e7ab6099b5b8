/**
 * Regions of interest (ROIs) in image planes: immutable geometry, a stored form, clamping, hit-testing and
 * exact statistics. Pure functions: nothing here reads a file, a clock or the environment.
 *
 * @module
 */

export { clampBounds, type ImageExtent } from "./edit/clamp.ts";
export type { NewRoi, RoiEdit } from "./edit/new-roi.ts";
export { type RevalidatedRoiSet, RoiSet, type RoiSetOptions } from "./edit/roi-set.ts";
export { isRoiError, RoiError, type RoiErrorCode, type RoiErrorDetails } from "./errors.ts";
export { type ContainsPointOptions, containsPoint } from "./geometry/contains-point.ts";
export { geometryHash } from "./geometry/geometry-hash.ts";
export { geometryKey } from "./geometry/geometry-key.ts";
export { type HitMode, type HitTestOptions, hitTest, type RoiHit } from "./geometry/hit-test.ts";
export { type RoiBoundsOptions, roiBounds } from "./geometry/roi-bounds.ts";
export type { Plane } from "./pixels/covered-pixels.ts";
export { type RasterizeOptions, type RasterMask, rasterize } from "./pixels/rasterize.ts";
export { type RoiStats, type RoiStatsOptions, roiStats, toStoredStats } from "./pixels/stats.ts";
export { fullBounds, type PlaneSize, type RoiBounds } from "./shapes/bounds.ts";
export { type RoiFromEnvelopeOptions, roiFromEnvelope, toEnvelope } from "./shapes/envelope.ts";
export type { RoiFields, RoiFieldsInit } from "./shapes/fields/roi-fields.ts";
export type { StoredRoiStats } from "./shapes/fields/stored-stats.ts";
export { createLineRoi, type LineEnds, type LineRoi, type LineRoiInit } from "./shapes/line.ts";
export { createMaskRoi, type MaskRoi, type MaskRoiInit, type RoiMask } from "./shapes/mask.ts";
export { createPathRoi, type PathRoi, type PathRoiInit } from "./shapes/path-roi.ts";
export type { RoiPoint } from "./shapes/point.ts";
export type { PointRoi, PointRoiInit } from "./shapes/point-roi.ts";
export { createPolygonRoi, type PolygonRoi, type PolygonRoiInit } from "./shapes/polygon.ts";
export { createPolylineRoi, type PolylineRoi, type PolylineRoiInit } from "./shapes/polyline.ts";
export { createRectRoi, type RectRoi, type RectRoiInit } from "./shapes/rect.ts";
export type { Roi, RoiType } from "./shapes/roi.ts";
