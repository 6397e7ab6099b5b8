/** Where a feature lies in its stack, as QuPath writes it: all count from 0, and a `c` of −1 is every channel. */
export interface GeoJsonPlane {
  readonly c: number;
  readonly z: number;
  readonly t: number;
}

/** x, y: column, then row. */
export type GeoJsonPosition = readonly [x: number, y: number];

export type GeoJsonGeometry = (
  | { readonly type: "Polygon"; readonly coordinates: readonly (readonly GeoJsonPosition[])[] }
  | { readonly type: "LineString"; readonly coordinates: readonly GeoJsonPosition[] }
) & { readonly plane: GeoJsonPlane };

/** A ROI as GeoJSON. */
export interface GeoJsonFeature {
  readonly type: "Feature";
  /** Absent if the ROI came with none. */
  readonly id?: string | number;
  readonly geometry: GeoJsonGeometry;
  /** `objectType`, `name`, `note`, `roi_type`, and what else the ROI came with. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface GeoJsonFeatureCollection {
  readonly type: "FeatureCollection";
  readonly features: readonly GeoJsonFeature[];
}

export interface GeoJsonOptions {
  /**
   * Where the centre of the first pixel is in the file: 0.5 if whole numbers are the borders of pixels, as in QuPath,
   * 0 if they are the centres, as in napari. Default 0.5, which is what ROIs have.
   */
  readonly pixelCenter?: 0 | 0.5 | undefined;
}

/** Where a ROI keeps, in `extra`, what a feature had beside it: `{ id, properties }`. */
export const GEOJSON_EXTRA = "geojson";

/** The property `objectType` of what says none: QuPath's word for what a person drew. */
export const DEFAULT_OBJECT_TYPE = "annotation";
