// The GeoJSON that is read and written: types, and the conventions taken from QuPath.

/**
 * The position of a feature in its stack, as QuPath writes it. All count from 0; a `c` of −1 means every
 * channel.
 */
export interface GeoJsonPlane {
  readonly c: number;
  readonly z: number;
  readonly t: number;
}

/** x, then y: the column, then the row. */
export type GeoJsonPosition = readonly [x: number, y: number];

export type GeoJsonGeometry = (
  | { readonly type: "Polygon"; readonly coordinates: readonly (readonly GeoJsonPosition[])[] }
  | { readonly type: "LineString" | "MultiPoint"; readonly coordinates: readonly GeoJsonPosition[] }
  | { readonly type: "Point"; readonly coordinates: GeoJsonPosition }
) & { readonly plane: GeoJsonPlane };

/** A ROI as GeoJSON. */
export interface GeoJsonFeature {
  readonly type: "Feature";
  /** Absent if the ROI was not read with an id. */
  readonly id?: string | number;
  readonly geometry: GeoJsonGeometry;
  /**
   * `objectType`, `name`, `note`, `roi_type`, and the other properties that any of the ROIs was read with. All features of a file
   * have the same keys; a property that a ROI does not have is null, a name or note empty.
   */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface GeoJsonFeatureCollection {
  readonly type: "FeatureCollection";
  readonly features: readonly GeoJsonFeature[];
}

export interface GeoJsonOptions {
  /**
   * The coordinate of the first pixel's centre in the file. Default 0.5, as in ROIs.
   *
   * - 0.5: whole numbers are the borders of pixels, as in QuPath.
   * - 0: whole numbers are the centres of pixels, as in napari.
   */
  readonly pixelCenter?: 0 | 0.5 | undefined;
}

/** The key in `extra` under which a ROI keeps the feature's `{ id, properties }`. */
export const GEOJSON_EXTRA = "geojson";

/** The default of the property `objectType`: QuPath's word for a shape that a person drew. */
export const DEFAULT_OBJECT_TYPE = "annotation";
