// Reads the geometry of one GeoJSON feature: its type, coordinates and plane.

import type { NewRoi } from "../edit/new-roi.ts";
import { RoiError } from "../errors.ts";
import { readInteger, readRecord, readText, unexpected } from "../shapes/fields/read-field.ts";
import { checkPoints, type RoiPoint, readCoordinate } from "../shapes/point.ts";
import type { IgnoredField } from "./imported-rois.ts";
import { joinRings } from "./join-rings.ts";

interface GeometryContext {
  readonly path: string;
  /** The feature's property `roi_type`, if it has one. */
  readonly roiType: unknown;
  /** The number that is added to each coordinate. */
  readonly shift: number;
}

interface GeometryOfFeature {
  readonly draft: NewRoi;
  readonly ignored: readonly IgnoredField[];
}

/** Reads a geometry with its plane. Throws `not_supported` and `invalid_argument`, see `readGeoJson`. */
export function readGeometry(value: unknown, context: GeometryContext): GeometryOfFeature {
  const { path, roiType } = context;
  const { type: storedType, coordinates, plane, ...others } = readRecord(value, path);
  const type = readText(storedType, `${path}.type`);
  const place = plane === undefined ? undefined : readPlane(plane, `${path}.plane`);
  const ignored = [
    ...Object.entries(others).map(([what, other]) => ({ what: `geometry.${what}`, value: other })),
    ...(place?.ignored ?? []),
  ];
  switch (type) {
    case "Polygon": {
      const points = readPolygon(coordinates, `${path}.coordinates`, context.shift);
      const rect = roiType === "rect" ? rectOf(points) : undefined;
      return { draft: { ...(rect ?? { type: "polygon", points }), ...place?.position }, ignored };
    }
    case "LineString": {
      const points = readPositions(coordinates, `${path}.coordinates`, 2, context.shift);
      const isLine = points.length === 2 && roiType !== "polyline";
      return { draft: { type: isLine ? "line" : "polyline", points, ...place?.position }, ignored };
    }
    case "MultiPolygon": {
      const rings = readList(coordinates, `${path}.coordinates`, "polygons", (polygon, at) =>
        readRings(polygon, at, context.shift),
      ).flat();
      return { draft: { type: "polygon", points: joined(rings, path), ...place?.position }, ignored };
    }
    case "Point":
    case "MultiPoint": {
      const positions = type === "Point" ? [coordinates] : coordinates;
      const points = readPositions(positions, `${path}.coordinates`, 1, context.shift);
      return { draft: { type: "point", points, ...place?.position }, ignored };
    }
    default:
      throw refuse(`${path}.type`, `a geometry of type ${JSON.stringify(type.slice(0, 60))}`, type);
  }
}

/** Reads the outline of a polygon. Holes are joined to it, see `joinRings`. */
function readPolygon(value: unknown, path: string, shift: number): readonly RoiPoint[] {
  const rings = readRings(value, path, shift);
  const [only] = rings;
  return only !== undefined && rings.length === 1 ? only : joined(rings, path);
}

function joined(rings: readonly (readonly RoiPoint[])[], path: string): readonly RoiPoint[] {
  return checkPoints(joinRings(rings), path);
}

function readRings(value: unknown, path: string, shift: number): readonly (readonly RoiPoint[])[] {
  return readList(value, path, "rings", (ring, at) => readRing(ring, at, shift));
}

function readList<T>(
  value: unknown,
  path: string,
  what: string,
  read: (item: unknown, path: string) => T,
): readonly T[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw unexpected(path, `an array of ${what}`, value);
  }
  return value.map((item: unknown, index) => read(item, `${path}[${index}]`));
}

/** Reads a ring, without the position that closes it. */
function readRing(value: unknown, path: string, shift: number): readonly RoiPoint[] {
  const points = readPositions(value, path, 4, shift);
  const [first, last] = [points[0], points.at(-1)];
  if (first?.dim0 !== last?.dim0 || first?.dim1 !== last?.dim1) {
    throw unexpected(path, "a ring that ends where it begins", "another end");
  }
  return points.slice(0, -1);
}

function readPositions(value: unknown, path: string, least: number, shift: number): readonly RoiPoint[] {
  if (!Array.isArray(value) || value.length < least) {
    throw unexpected(
      path,
      `an array of at least ${least} positions`,
      Array.isArray(value) ? value.length : value,
    );
  }
  const points = value.map((position: unknown, index) => {
    if (!Array.isArray(position) || position.length < 2) {
      throw unexpected(`${path}[${index}]`, "a position [x, y]", position);
    }
    if (position.length > 2) {
      throw refuse(`${path}[${index}]`, "a position with a height", position.length);
    }
    return {
      dim0: readCoordinate(position[1], `${path}[${index}][1]`) + shift,
      dim1: readCoordinate(position[0], `${path}[${index}][0]`) + shift,
    };
  });
  return checkPoints(points, path);
}

/**
 * Returns the rect that four corners form, in either direction round it; undefined if they do not form one of
 * whole pixels.
 */
function rectOf(points: readonly RoiPoint[]): NewRoi | undefined {
  const [a, b, c, d] = points;
  if (points.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    return undefined;
  }
  const goesAlongDim1 = a.dim0 === b.dim0 && b.dim1 === c.dim1 && c.dim0 === d.dim0 && d.dim1 === a.dim1;
  const goesAlongDim0 = a.dim1 === b.dim1 && b.dim0 === c.dim0 && c.dim1 === d.dim1 && d.dim0 === a.dim0;
  const edges = [a.dim0, c.dim0, a.dim1, c.dim1];
  if (!(goesAlongDim1 || goesAlongDim0) || !edges.every(Number.isSafeInteger)) {
    return undefined;
  }
  return {
    type: "rect",
    bounds: {
      dim0Start: Math.min(a.dim0, c.dim0),
      dim0Stop: Math.max(a.dim0, c.dim0),
      dim1Start: Math.min(a.dim1, c.dim1),
      dim1Stop: Math.max(a.dim1, c.dim1),
    },
  };
}

function readPlane(
  value: unknown,
  path: string,
): {
  readonly position: { readonly channel?: number; readonly z: number };
  readonly ignored: readonly IgnoredField[];
} {
  const plane = readRecord(value, path);
  const c = readInteger(plane["c"] ?? -1, `${path}.c`, -1);
  const t = readInteger(plane["t"] ?? 0, `${path}.t`, 0);
  return {
    position: { ...(c >= 0 && { channel: c + 1 }), z: readInteger(plane["z"] ?? 0, `${path}.z`, 0) },
    ignored: t === 0 ? [] : [{ what: "geometry.plane.t", value: t }],
  };
}

function refuse(path: string, what: string, found: unknown): RoiError {
  return new RoiError("not_supported", `${path}: ${what} cannot become a ROI`, {
    path,
    expected: ["Polygon", "MultiPolygon", "LineString", "Point", "MultiPoint"],
    found,
  });
}
