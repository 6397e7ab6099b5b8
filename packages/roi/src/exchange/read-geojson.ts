import type { NewRoi } from "../edit/new-roi.ts";
import { isRoiError, RoiError } from "../errors.ts";
import { readRecord, readText, unexpected } from "../shapes/fields/read-field.ts";
import { DEFAULT_OBJECT_TYPE, GEOJSON_EXTRA, type GeoJsonOptions } from "./geojson-feature.ts";
import type { FailedRoi, IgnoredField, ImportedRoi, ImportedRois } from "./imported-rois.ts";
import { readGeometry } from "./read-geometry.ts";

/**
 * The ROIs of GeoJSON as `JSON.parse` gives it: a FeatureCollection, one Feature, or an array of them, as QuPath
 * exports. A Polygon is a polygon, or a rect if its property `roi_type` says so and its corners still are one of whole
 * pixels; a LineString of two positions is a line, unless `roi_type` is `polyline`, and a longer one a polyline.
 *
 * `properties.name` and `.note` are the ROI's; all others, such as QuPath's `classification`, and the feature's `id`
 * are kept in `extra.geojson`, with which they are written again. Channel and z are the geometry's `plane`. Other
 * members are in `ignored`.
 *
 * A feature that cannot be read is in `failed` and does not stop the others: `not_supported`, naming it, for another
 * type of geometry, a polygon with holes and a position with a height; `invalid_argument`, with the path, for what is
 * not as RFC 7946 has it, such as a ring that is not closed. Throws `invalid_argument` for a value that is none of
 * these at all. Source: RFC 7946; `plane`, `objectType` and `classification` are QuPath's.
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
  const { type, id, geometry, properties, ...members } = readRecord(value, path);
  if (type !== "Feature") {
    throw unexpected(`${path}.type`, "Feature", type);
  }
  if (id !== undefined && typeof id !== "string" && typeof id !== "number") {
    throw unexpected(`${path}.id`, "a string or a number", id);
  }
  if (geometry === null || geometry === undefined) {
    throw new RoiError("not_supported", `${path}.geometry: a feature without a place is no ROI`, {
      path: `${path}.geometry`,
      found: geometry,
    });
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
