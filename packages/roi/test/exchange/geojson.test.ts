import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readGeoJson, writeGeoJson } from "../../src/geojson/index.ts";
import {
  createLineRoi,
  createMaskRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  type Roi,
  RoiSet,
  rasterize,
} from "../../src/index.ts";
import { createPointRoi } from "../../src/shapes/point-roi.ts";
import { anyJsonObject, anyRoi } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const SQUARE = [
  [1, 2],
  [4, 2],
  [4, 6],
  [1, 6],
  [1, 2],
];

function feature(geometry: unknown, properties: unknown = {}): Record<string, unknown> {
  return { type: "Feature", geometry, properties };
}

function polygon(...rings: unknown[]): Record<string, unknown> {
  return { type: "Polygon", coordinates: rings };
}

/** ROIs that cannot be written: masks, and paths that are too short for a ring or a line. */
function isWritable(roi: Roi): boolean {
  return (
    roi.type !== "mask" &&
    (roi.type === "rect" || roi.points.length >= { point: 1, line: 2, polyline: 2, polygon: 3 }[roi.type])
  );
}

describe("GeoJSON", () => {
  test("gives back every ROI that it can hold, as text that was parsed again", () => {
    const withExtra = fc
      // JSON.stringify writes -0 as 0, so compare with values that were read from text.
      .tuple(anyRoi, fc.option(anyJsonObject.map(asText)), fc.option(fc.string()))
      .map(([roi, properties, id]) => {
        const came = { ...(id !== null && { id }), ...(properties !== null && { properties }) };
        return {
          ...roi,
          extra: { ...roi.extra, ...(Object.keys(came).length > 0 && { geojson: came }) },
        } as Roi;
      });
    fc.assert(
      fc.property(fc.array(withExtra, { maxLength: 5 }), (rois) => {
        const { file, failed } = writeGeoJson(rois);
        const read = readGeoJson(JSON.parse(JSON.stringify(file)));
        const [written, refused] = [rois.filter(isWritable), rois.filter((roi) => !isWritable(roi))];
        expect(failed.map(({ source, error }) => [source, error.code])).toEqual(
          refused.map(({ id, type }) => [
            `ROI ${id}`,
            type === "mask" ? "not_supported" : "invalid_argument",
          ]),
        );
        expect(read.failed).toEqual([]);
        expect(read.rois).toEqual(
          written.map((roi, index) => ({
            draft: asRead(roi, rois),
            source: `$.features[${index}]`,
            ignored: [],
          })),
        );
      }),
    );
  });

  test("has x before y, closed rings, and channel and z as QuPath's plane, from 0", () => {
    const bounds = { dim0Start: 2, dim0Stop: 6, dim1Start: 1, dim1Stop: 4 };
    const { file } = writeGeoJson([createRectRoi({ id: 1, name: "vessel", channel: 2, z: 3, bounds })]);
    expect(file).toEqual({
      type: "FeatureCollection",
      features: [
        {
          type: "Feature",
          geometry: { ...polygon(SQUARE), plane: { c: 1, z: 3, t: 0 } },
          properties: { objectType: "annotation", name: "vessel", note: "", roi_type: "rect" },
        },
      ],
    });
  });

  test("of napari counts from the centres of pixels", () => {
    const line = createLineRoi({
      id: 1,
      points: [
        { dim0: 0.5, dim1: 2.5 },
        { dim0: 7.5, dim1: 3.5 },
      ],
    });
    const rect = createRectRoi({ id: 2, bounds: { dim0Start: 2, dim0Stop: 6, dim1Start: 1, dim1Stop: 4 } });
    const { file } = writeGeoJson([line, rect], { pixelCenter: 0 });
    expect(file.features.map(({ geometry }) => geometry.coordinates)).toEqual([
      [
        [2, 0],
        [3, 7],
      ],
      [SQUARE.map(([x, y]) => [x! - 0.5, y! - 0.5])],
    ]);
    const { rois } = readGeoJson(file, { pixelCenter: 0 });
    expect(rois.map(({ draft }) => draft)).toMatchObject([{ points: line.points }, { bounds: rect.bounds }]);
  });

  test("is read as QuPath exports it: an array, a collection or one feature, with a class", () => {
    const classification = { name: "Vessel", color: [200, 0, 0] };
    const annotation = {
      ...feature(
        { ...polygon(SQUARE), plane: { c: -1, z: 2, t: 0 } },
        { objectType: "detection", classification, name: "v" },
      ),
      id: "7f1e",
    };
    const expected = {
      type: "polygon",
      name: "v",
      note: "",
      z: 2,
      extra: { geojson: { id: "7f1e", properties: { objectType: "detection", classification } } },
    };
    for (const value of [annotation, [annotation], { type: "FeatureCollection", features: [annotation] }]) {
      const { rois, failed } = readGeoJson(value);
      expect([rois.length, failed]).toEqual([1, []]);
      expect(rois[0]?.draft).toMatchObject(expected);
    }
    const [roi] = RoiSet.empty().create(readGeoJson(annotation).rois[0]!.draft);
    expect(writeGeoJson([roi!]).file.features[0]).toMatchObject({
      id: "7f1e",
      properties: { classification },
    });
  });

  test("a rect that was changed to another shape is a polygon", () => {
    const draftOf = (ring: unknown) =>
      readGeoJson(feature(polygon(ring), { roi_type: "rect" })).rois[0]?.draft;
    expect(draftOf(SQUARE)?.type).toBe("rect");
    expect(draftOf(SQUARE.toReversed())).toEqual(draftOf(SQUARE));
    expect(draftOf(SQUARE.map(([x, y]) => [x! + 0.5, y]))?.type).toBe("polygon");
    expect(draftOf(SQUARE.with(1, [5, 2]))?.type).toBe("polygon");
    expect(draftOf(SQUARE.toSpliced(1, 1))?.type).toBe("polygon");
  });

  test("a line of two positions is a line, a longer one or one that says so a polyline", () => {
    const typeOf = (coordinates: unknown, properties = {}) =>
      readGeoJson(feature({ type: "LineString", coordinates }, properties)).rois[0]?.draft.type;
    expect(typeOf(SQUARE.slice(0, 2))).toBe("line");
    expect(typeOf(SQUARE.slice(0, 3), { roi_type: "line" })).toBe("polyline");
    expect(typeOf(SQUARE.slice(0, 2), { roi_type: "polyline" })).toBe("polyline");
  });

  test("what a ROI has no place for is said", () => {
    const geometry = { ...polygon(SQUARE), bbox: [1], plane: { c: 0, z: 0, t: 4 } };
    expect(readGeoJson({ ...feature(geometry), bbox: [2] }).rois[0]?.ignored).toEqual([
      { what: "bbox", value: [2] },
      { what: "geometry.bbox", value: [1] },
      { what: "geometry.plane.t", value: 4 },
    ]);
  });

  test.each([
    ["several shapes", "not_supported", feature({ type: "GeometryCollection", geometries: [] })],
    ["no point", "invalid_argument", feature({ type: "MultiPoint", coordinates: [] })],
    ["a hole that is open", "invalid_argument", feature(polygon(SQUARE, SQUARE.slice(1)))],
    ["no polygon", "invalid_argument", feature({ type: "MultiPolygon", coordinates: [[]] })],
    ["no place", "not_supported", feature(null)],
    ["an open ring", "invalid_argument", feature(polygon(SQUARE.slice(1)))],
    ["a ring of two corners", "invalid_argument", feature(polygon([SQUARE[0], SQUARE[1], SQUARE[0]]))],
    ["a line of one position", "invalid_argument", feature({ type: "LineString", coordinates: [[1, 2]] })],
    ["a position with a height", "not_supported", feature(polygon(SQUARE.map(([x, y]) => [x, y, 0])))],
    ["a position that is no number", "invalid_argument", feature(polygon(SQUARE.map(([x]) => [x, "2"])))],
    ["a position far beyond any image", "invalid_argument", feature(polygon(SQUARE.map(([x]) => [x, 1e12])))],
    ["a name that is no text", "invalid_argument", feature(polygon(SQUARE), { name: 7 })],
    ["a negative z", "invalid_argument", feature({ ...polygon(SQUARE), plane: { z: -1 } })],
    ["no geometry's type", "invalid_argument", feature({ coordinates: [] })],
    ["another type", "invalid_argument", { type: "feature" }],
    ["an id that is an object", "invalid_argument", { ...feature(polygon(SQUARE)), id: {} }],
    ["nothing", "invalid_argument", null],
  ])("a feature with %s fails as %s, and the next is read", (_, code, bad) => {
    const { rois, failed } = readGeoJson({
      type: "FeatureCollection",
      features: [bad, feature(polygon(SQUARE))],
    });
    expect(rois.map(({ source }) => source)).toEqual(["$.features[1]"]);
    expect(failed).toMatchObject([{ source: "$.features[0]", error: { name: "RoiError", code } }]);
  });

  test("a polygon with a hole, and several, cover the pixels of their rings", () => {
    const hole = [
      [2, 3],
      [3, 3],
      [3, 5],
      [2, 5],
      [2, 3],
    ];
    const far = SQUARE.map(([x, y]) => [x! + 5, y! + 1]);
    const pixelsOf = (geometry: unknown): readonly string[] => {
      const draft = readGeoJson(feature(geometry)).rois[0]?.draft;
      const [roi] = RoiSet.empty({ height: 12, width: 12 }).create(draft);
      const { data, width, dim0Start, dim1Start } = rasterize(roi!, { height: 12, width: 12 });
      return [...data].flatMap((value, index) =>
        value === 1 ? [`${Math.floor(index / width) + dim0Start},${(index % width) + dim1Start}`] : [],
      );
    };
    const pixels = (rows: readonly number[], columns: readonly number[]): readonly string[] =>
      rows.flatMap((row) => columns.map((column) => `${row},${column}`));
    const holed = pixels([2, 3, 4, 5], [1, 2, 3]).filter((pixel) => pixel !== "3,2" && pixel !== "4,2");
    expect(pixelsOf(polygon(SQUARE, hole))).toEqual(holed);
    expect(pixelsOf({ type: "MultiPolygon", coordinates: [[SQUARE, hole], [far]] }).toSorted()).toEqual(
      [...holed, ...pixels([3, 4, 5, 6], [6, 7, 8])].toSorted(),
    );
  });

  test("a point is a Point, several are a MultiPoint, and all features have the same properties", () => {
    const at = (...positions: readonly number[]) => points(...positions);
    const geojson = { properties: { classification: { name: "Cell" }, score: null } };
    const { file, failed } = writeGeoJson([
      createPointRoi({ id: 1, name: "one", points: at(3.5, 2.5) }),
      createPointRoi({ id: 2, points: at(3.5, 2.5, 8, 9), extra: { geojson } }),
      createMaskRoi({ id: 3, maskRef: "m" }),
    ]);
    expect(failed).toHaveLength(1);
    expect(file.features.map(({ geometry }) => [geometry.type, geometry.coordinates])).toEqual([
      ["Point", [2.5, 3.5]],
      [
        "MultiPoint",
        [
          [2.5, 3.5],
          [9, 8],
        ],
      ],
    ]);
    expect(file.features.map(({ properties }) => properties)).toEqual([
      {
        classification: null,
        score: null,
        objectType: "annotation",
        name: "one",
        note: "",
        roi_type: "point",
      },
      { ...geojson.properties, objectType: "annotation", name: "", note: "", roi_type: "point" },
    ]);
    expect(readGeoJson(file).rois.map(({ draft }) => draft)).toMatchObject([
      { type: "point", points: at(3.5, 2.5) },
      { type: "point", points: at(3.5, 2.5, 8, 9) },
    ]);
  });

  test.each([[null], ["text"], [{}], [{ type: "Polygon" }], [{ type: "FeatureCollection" }]])(
    "%o is none and throws",
    (value) => {
      expect(() => readGeoJson(value)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    },
  );

  test("holds no mask, no polygon of two points and no polyline of one", () => {
    const alone = points(1, 1);
    const { file, failed } = writeGeoJson([
      createMaskRoi({ id: 1, maskRef: "masks/1" }),
      createPolygonRoi({ id: 2, points: points(1, 1, 2, 2) }),
      createPolylineRoi({ id: 3, points: alone }),
    ]);
    expect(file.features).toEqual([]);
    expect(failed.map(({ source, error }) => [source, error.code])).toEqual([
      ["ROI 1", "not_supported"],
      ["ROI 2", "invalid_argument"],
      ["ROI 3", "invalid_argument"],
    ]);
  });
});

function asText(value: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

/** All features have the properties of all ROIs; those that a ROI does not have are null. */
function asRead(roi: Roi, all: readonly Roi[]): unknown {
  const { name, note, channel, z, extra } = roi;
  const cameWith = (from: Roi["extra"]): { id?: unknown; properties?: Record<string, unknown> } =>
    from["geojson"] ?? {};
  const { id, properties: own = {} } = cameWith(extra);
  const unset = all.flatMap((other) => Object.keys(cameWith(other.extra).properties ?? {}));
  const properties = { ...Object.fromEntries(unset.map((key) => [key, null])), ...own };
  const kept = {
    ...(id !== undefined && { id }),
    ...(Object.keys(properties).length > 0 && { properties }),
  };
  return {
    ...(roi.type === "rect" && { type: "rect", bounds: roi.bounds }),
    ...(roi.type !== "rect" && roi.type !== "mask" && { type: roi.type, points: roi.points }),
    name,
    note,
    channel,
    z,
    ...(Object.keys(kept).length > 0 && { extra: { geojson: kept } }),
  };
}
