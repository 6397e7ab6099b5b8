// Writes ROIs as GeoJSON, for QuPath, napari and other programs.

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
 * Writes ROIs as a GeoJSON FeatureCollection with positions `[x, y]`.
 *
 * | ROI | GeoJSON |
 * | --- | --- |
 * | rect, polygon | Polygon |
 * | line, polyline | LineString |
 * | point | Point, or MultiPoint for several |
 * | type | the property `roi_type` |
 * | name, note | properties, empty where unset |
 * | channel, z | the geometry's `plane`, as in QuPath |
 * | feature id and properties that it was read with | written again; the others' properties are null, so that all features have the same |
 * | id in the set, revision, statistics, other extra keys | not written |
 *
 * A ROI that GeoJSON cannot hold is listed in `failed`:
 *
 * - `not_supported` for a mask, whose pixels are not part of the ROI;
 * - `invalid_argument` for a polygon of fewer than 3 points or a polyline of one.
 *
 * Source: RFC 7946.
 *
 * @example
 * const { file } = writeGeoJson(set);
 * await writeFile("rois.geojson", JSON.stringify(file));
 */
export function writeGeoJson(
  rois: Iterable<Roi>,
  options: GeoJsonOptions = {},
): ExportedRois<GeoJsonFeatureCollection> {
  const shift = (options.pixelCenter ?? 0.5) - 0.5;
  const all = [...rois];
  const unset = Object.fromEntries(
    all.flatMap((roi) => Object.keys(cameWith(roi).properties)).map((key) => [key, null]),
  );
  const features: GeoJsonFeature[] = [];
  const failed: FailedRoi[] = [];
  for (const roi of all) {
    try {
      features.push(featureOf(roi, shift, unset));
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      failed.push({ source: `ROI ${roi.id}`, error });
    }
  }
  return { file: { type: "FeatureCollection", features }, failed };
}

/** The id and the properties that a ROI was read with. */
function cameWith(roi: Roi): {
  readonly id: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
} {
  const came = roi.extra[GEOJSON_EXTRA];
  const { id, properties } = isRecord(came) ? came : {};
  return { id, properties: isRecord(properties) ? properties : {} };
}

function featureOf(roi: Roi, shift: number, unset: Readonly<Record<string, null>>): GeoJsonFeature {
  const { id, properties } = cameWith(roi);
  return {
    type: "Feature",
    ...(typeof id === "string" || typeof id === "number" ? { id } : {}),
    geometry: geometryOf(roi, shift),
    properties: {
      ...unset,
      objectType: DEFAULT_OBJECT_TYPE,
      ...properties,
      name: roi.name,
      note: roi.note,
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
    case "point": {
      const positions = positionsOf(roi.points, shift);
      const [only] = positions;
      return only !== undefined && positions.length === 1
        ? { type: "Point", coordinates: only, plane }
        : { type: "MultiPoint", coordinates: positions, plane };
    }
    case "mask":
      throw new RoiError("not_supported", `ROI ${roi.id}: a mask cannot be written as GeoJSON`, {
        path: `ROI ${roi.id}`,
        expected: ["rect", "line", "polyline", "polygon", "point"],
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

/** Closes the ring by repeating the first position at the end. */
function ringOf(points: readonly RoiPoint[], shift: number): readonly GeoJsonPosition[] {
  return positionsOf([...points, ...points.slice(0, 1)], shift);
}

function positionsOf(points: readonly RoiPoint[], shift: number): readonly GeoJsonPosition[] {
  return points.map(({ dim0, dim1 }) => [dim1 + shift, dim0 + shift]);
}
