import { isRoiError, RoiError } from "../errors.ts";
import { isRecord, unexpected } from "../shapes/fields/read-field.ts";
import type { RoiPoint } from "../shapes/point.ts";
import type { Roi } from "../shapes/roi.ts";
import {
  DEFAULT_OBJECT_TYPE,
  GEOJSON_EXTRA,
  type GeoJsonFeature,
  type GeoJsonFeatureCollection,
  type GeoJsonGeometry,
  type GeoJsonOptions,
  type GeoJsonPosition,
} from "./geojson-feature.ts";
import type { ExportedRois, FailedRoi } from "./imported-rois.ts";

/**
 * ROIs as a GeoJSON FeatureCollection, positions as `[x, y]`: rects and polygons as Polygon, lines and polylines as
 * LineString, told apart by the property `roi_type`. Name and note are properties, channel and z are the geometry's
 * `plane`, as QuPath has it; the properties that a ROI was read with are written again. Id, revision, statistics and
 * other extra keys are not part of it.
 *
 * What GeoJSON cannot hold is in `failed`: `not_supported` for a mask, whose pixels are not in the ROI, and
 * `invalid_argument` for a polygon of fewer than 3 points or a polyline of one.
 * Source: RFC 7946.
 */
export function writeGeoJson(
  rois: Iterable<Roi>,
  options: GeoJsonOptions = {},
): ExportedRois<GeoJsonFeatureCollection> {
  const shift = (options.pixelCenter ?? 0.5) - 0.5;
  const features: GeoJsonFeature[] = [];
  const failed: FailedRoi[] = [];
  for (const roi of rois) {
    try {
      features.push(featureOf(roi, shift));
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      failed.push({ source: `ROI ${roi.id}`, error });
    }
  }
  return { file: { type: "FeatureCollection", features }, failed };
}

function featureOf(roi: Roi, shift: number): GeoJsonFeature {
  const came = roi.extra[GEOJSON_EXTRA];
  const { id, properties } = isRecord(came) ? came : {};
  return {
    type: "Feature",
    ...(typeof id === "string" || typeof id === "number" ? { id } : {}),
    geometry: geometryOf(roi, shift),
    properties: {
      objectType: DEFAULT_OBJECT_TYPE,
      ...(isRecord(properties) ? properties : {}),
      ...(roi.name === "" ? {} : { name: roi.name }),
      ...(roi.note === "" ? {} : { note: roi.note }),
      roi_type: roi.type,
    },
  };
}

function geometryOf(roi: Roi, shift: number): GeoJsonGeometry {
  const plane = { c: roi.channel - 1, z: roi.z, t: 0 };
  switch (roi.type) {
    case "rect": {
      const { dim0Start, dim0Stop, dim1Start, dim1Stop } = roi.bounds;
      const corners = [
        { dim0: dim0Start, dim1: dim1Start },
        { dim0: dim0Start, dim1: dim1Stop },
        { dim0: dim0Stop, dim1: dim1Stop },
        { dim0: dim0Stop, dim1: dim1Start },
      ];
      return { type: "Polygon", coordinates: [ringOf(corners, shift)], plane };
    }
    case "polygon":
      checkLength(roi, 3);
      return { type: "Polygon", coordinates: [ringOf(roi.points, shift)], plane };
    case "line":
    case "polyline":
      checkLength(roi, 2);
      return { type: "LineString", coordinates: positionsOf(roi.points, shift), plane };
    case "mask":
      throw new RoiError("not_supported", `ROI ${roi.id}: a mask cannot be a feature of GeoJSON`, {
        path: `ROI ${roi.id}`,
        expected: ["rect", "line", "polyline", "polygon"],
        found: "mask",
      });
  }
  return roi satisfies never;
}

function checkLength({ id, points }: Extract<Roi, { readonly points: unknown }>, least: number): void {
  if (points.length < least) {
    throw unexpected(`ROI ${id}, points`, `at least ${least}`, points.length);
  }
}

/** Closed: the first position is the last, too. */
function ringOf(points: readonly RoiPoint[], shift: number): readonly GeoJsonPosition[] {
  return positionsOf([...points, ...points.slice(0, 1)], shift);
}

function positionsOf(points: readonly RoiPoint[], shift: number): readonly GeoJsonPosition[] {
  return points.map(({ dim0, dim1 }) => [dim1 + shift, dim0 + shift]);
}
