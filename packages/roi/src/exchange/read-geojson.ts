// Reads ROIs from GeoJSON, as QuPath, napari and this package write it.

import type { NewRoi } from "../edit/new-roi.ts";
import { isRoiError, RoiError } from "../errors.ts";
import { readRecord, readText, unexpected } from "../shapes/fields/read-field.ts";
import { DEFAULT_OBJECT_TYPE, GEOJSON_EXTRA, type GeoJsonOptions } from "./geojson-feature.ts";
import type { FailedRoi, IgnoredField, ImportedRoi, ImportedRois } from "./imported-rois.ts";
import { readGeometry } from "./read-geometry.ts";

/**
 * Reads the ROIs of a parsed GeoJSON value: a FeatureCollection, one Feature, or an array of features, as
 * QuPath exports.
 *
 * | in the file | in the ROI |
 * | --- | --- |
 * | Polygon | polygon; rect if the property `roi_type` says so and the corners form a rect of whole pixels |
 * | LineString of two positions | line; polyline if `roi_type` says so |
 * | longer LineString | polyline |
 * | Polygon with holes, MultiPolygon | polygon of all rings, joined, which covers the same pixels |
 * | Point, MultiPoint | point |
 * | `properties.name`, `.note` | name, note |
 * | `id` and all other properties, such as `classification` | `extra.geojson`, from which they are written again |
 * | the geometry's `plane` | channel and z |
 * | all other members | `ignored` |
 *
 * A feature that cannot be read is listed in `failed` and does not stop the others. Its error names it:
 *
 * - `not_supported` for another type of geometry, and for a position with a height;
 * - `invalid_argument`, with the path, for a feature that breaks RFC 7946, such as a ring that is not closed.
 *
 * Sources: RFC 7946; QuPath for `plane`, `objectType` and `classification`.
 *
 * @throws {RoiError} `invalid_argument` for a value that is not GeoJSON features at all
 * @example
 * const { rois, failed } = readGeoJson(JSON.parse(text));
 * const set = rois.reduce((all, { draft }) => all.create(draft), RoiSet.empty(size));
 */
export function readGeoJson(value: unknown, options: GeoJsonOptions = {}): ImportedRois {
  const shift = 0.5 - (options.pixelCenter ?? 0.5);
  const rois: ImportedRoi[] = [];
  const failed: FailedRoi[] = [];
  for (const [source, feature] of featuresOf(value)) {
    try {
      rois.push({ ...readFeature(feature, source, shift), source });
    } catch (error) {
      if (!isRoiError(error)) {
        throw error;
      }
      failed.push({ source, error });
    }
  }
  return { rois, failed };
}

function featuresOf(value: unknown): readonly (readonly [path: string, feature: unknown])[] {
  if (Array.isArray(value)) {
    return value.map((feature: unknown, index) => [`$[${index}]`, feature]);
  }
  const { type, features } = readRecord(value, "$");
  if (type === "Feature") {
    return [["$", value]];
  }
  if (type !== "FeatureCollection") {
    throw unexpected("$.type", "FeatureCollection or Feature", type);
  }
  if (!Array.isArray(features)) {
    throw unexpected("$.features", "an array of features", features);
  }
  return features.map((feature: unknown, index) => [`$.features[${index}]`, feature]);
}

function readFeature(
  value: unknown,
  path: string,
  shift: number,
): { readonly draft: NewRoi; readonly ignored: readonly IgnoredField[] } {
  const { type, id: storedId, geometry, properties, ...members } = readRecord(value, path);
  // A lossless reader of JSON gives integers beyond 2^53 as bigints.
  const id = typeof storedId === "bigint" ? String(storedId) : storedId;
  if (type !== "Feature") {
    throw unexpected(`${path}.type`, "Feature", type);
  }
  if (id !== undefined && typeof id !== "string" && typeof id !== "number") {
    throw unexpected(`${path}.id`, "a string or a number", id);
  }
  if (geometry === null || geometry === undefined) {
    throw new RoiError(
      "not_supported",
      `${path}.geometry: a feature without a geometry cannot become a ROI`,
      {
        path: `${path}.geometry`,
        found: geometry,
      },
    );
  }
  const known =
    properties === null || properties === undefined ? {} : readRecord(properties, `${path}.properties`);
  const { name, note, roi_type: roiType, objectType, ...others } = known;
  const kept =
    objectType === undefined || objectType === DEFAULT_OBJECT_TYPE ? others : { objectType, ...others };
  const shape = readGeometry(geometry, { path: `${path}.geometry`, roiType, shift });
  const came = { ...(id === undefined ? {} : { id }), ...(isEmpty(kept) ? {} : { properties: kept }) };
  return {
    draft: {
      ...shape.draft,
      name: readText(name ?? "", `${path}.properties.name`),
      note: readText(note ?? "", `${path}.properties.note`),
      ...(isEmpty(came) ? {} : { extra: { [GEOJSON_EXTRA]: came } }),
    },
    ignored: [
      ...Object.entries(members).map(([what, member]) => ({ what, value: member })),
      ...shape.ignored,
    ],
  };
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length === 0;
}
