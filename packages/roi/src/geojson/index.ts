/**
 * Reads and writes ROIs as GeoJSON features.
 *
 * @module
 */

export type {
  GeoJsonFeature,
  GeoJsonFeatureCollection,
  GeoJsonGeometry,
  GeoJsonOptions,
  GeoJsonPlane,
  GeoJsonPosition,
} from "../exchange/geojson-feature.ts";
export type {
  ExportedRois,
  FailedRoi,
  IgnoredField,
  ImportedRoi,
  ImportedRois,
} from "../exchange/imported-rois.ts";
export { readGeoJson } from "../exchange/read-geojson.ts";
export { writeGeoJson } from "../exchange/write-geojson.ts";
