/**
 * Regions of interest of image planes: immutable geometry, the stored envelope in every spelling, clamping,
 * hit-testing and exact statistics. Pure and without a dependency.
 *
 * @module
 */

export { type ClampedRoi, clampBounds, clampRoi, clampZ, type ImageExtent } from "./edit/clamp.ts";
export { isEmptyRoi } from "./edit/is-empty-roi.ts";
export type { NewRoi, RoiEdit } from "./edit/new-roi.ts";
export { type RevalidatedRoiSet, RoiSet, type RoiSetOptions } from "./edit/roi-set.ts";
export { isRoiError, RoiError, type RoiErrorCode, type RoiErrorDetails } from "./errors.ts";
export type {
  GeoJsonFeature,
  GeoJsonFeatureCollection,
  GeoJsonGeometry,
  GeoJsonOptions,
  GeoJsonPlane,
  GeoJsonPosition,
} from "./exchange/geojson-feature.ts";
export type {
  ImageJBounds,
  ImageJIgnored,
  ImageJPoint,
  ImageJPosition,
  ImageJRoi,
  ImageJRoiType,
  ImageJSubtype,
} from "./exchange/imagej/imagej-roi.ts";
export { parseImageJRoi } from "./exchange/imagej/parse-imagej-roi.ts";
export {
  type ImageJRois,
  type ReadImageJRoisOptions,
  readImageJRois,
} from "./exchange/imagej/read-imagej-rois.ts";
export { type RoiOfImageJ, roiFromImageJ } from "./exchange/imagej/roi-from-imagej.ts";
export { roiToImageJ } from "./exchange/imagej/roi-to-imagej.ts";
export { type WritableImageJRoi, writeImageJRoi } from "./exchange/imagej/write-imagej-roi.ts";
export { writeImageJRois } from "./exchange/imagej/write-imagej-rois.ts";
export type {
  ExportedRois,
  FailedRoi,
  IgnoredField,
  ImportedRoi,
  ImportedRois,
} from "./exchange/imported-rois.ts";
export { readGeoJson } from "./exchange/read-geojson.ts";
export { writeGeoJson } from "./exchange/write-geojson.ts";
export { type ContainsPointOptions, containsPoint } from "./geometry/contains-point.ts";
export { geometryHash } from "./geometry/geometry-hash.ts";
export { geometryKey } from "./geometry/geometry-key.ts";
export { type HitMode, type HitTestOptions, hitTest, type RoiHit } from "./geometry/hit-test.ts";
export { type RoiBoundsOptions, roiBounds } from "./geometry/roi-bounds.ts";
export type { Plane } from "./pixels/covered-pixels.ts";
export { type RasterizeOptions, type RasterMask, rasterize } from "./pixels/rasterize.ts";
export { type RoiStats, type RoiStatsOptions, roiStats, toStoredStats } from "./pixels/stats.ts";
export {
  boundsArea,
  boundsEqual,
  fullBounds,
  intersectBounds,
  orderBounds,
  type PlaneSize,
  type RoiBounds,
} from "./shapes/bounds.ts";
export { type RoiFromEnvelopeOptions, roiFromEnvelope, toEnvelope } from "./shapes/envelope.ts";
export type { RoiFields, RoiFieldsInit } from "./shapes/fields/roi-fields.ts";
export type { StoredRoiStats } from "./shapes/fields/stored-stats.ts";
export { createLineRoi, type LineEnds, type LineRoi, type LineRoiInit } from "./shapes/line.ts";
export { createMaskRoi, type MaskRoi, type MaskRoiInit, type RoiMask } from "./shapes/mask.ts";
export { createPathRoi, type PathRoi, type PathRoiInit } from "./shapes/path-roi.ts";
export type { RoiPoint } from "./shapes/point.ts";
export { createPolygonRoi, type PolygonRoi, type PolygonRoiInit } from "./shapes/polygon.ts";
export { createPolylineRoi, type PolylineRoi, type PolylineRoiInit } from "./shapes/polyline.ts";
export { createRectRoi, type RectRoi, type RectRoiInit } from "./shapes/rect.ts";
export { maskRefOf, type Roi, type RoiType } from "./shapes/roi.ts";
