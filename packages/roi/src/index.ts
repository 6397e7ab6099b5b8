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
export type {
  GeoJsonFeature,
  GeoJsonFeatureCollection,
  GeoJsonGeometry,
  GeoJsonOptions,
  GeoJsonPlane,
  GeoJsonPosition,
} from "./geojson/geojson-feature.ts";
export { readGeoJson } from "./geojson/read-geojson.ts";
export { writeGeoJson } from "./geojson/write-geojson.ts";
export { geometryHash } from "./geometry-hash.ts";
export { geometryKey } from "./geometry-key.ts";
export { type HitMode, type HitTestOptions, hitTest, type RoiHit } from "./hit-test.ts";
export type {
  ImageJBounds,
  ImageJIgnored,
  ImageJPoint,
  ImageJPosition,
  ImageJRoi,
  ImageJRoiType,
  ImageJSubtype,
} from "./imagej/imagej-roi.ts";
export { parseImageJRoi } from "./imagej/parse-imagej-roi.ts";
export { type ImageJRois, type ReadImageJRoisOptions, readImageJRois } from "./imagej/read-imagej-rois.ts";
export { type RoiOfImageJ, roiFromImageJ } from "./imagej/roi-from-imagej.ts";
export { roiToImageJ } from "./imagej/roi-to-imagej.ts";
export { type WritableImageJRoi, writeImageJRoi } from "./imagej/write-imagej-roi.ts";
export { writeImageJRois } from "./imagej/write-imagej-rois.ts";
export type { ExportedRois, FailedRoi, IgnoredField, ImportedRoi, ImportedRois } from "./imported-rois.ts";
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
