import * as fc from "fast-check";
import {
  createLineRoi,
  createMaskRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  type PathRoi,
  type PlaneSize,
  type Roi,
  type RoiBounds,
  type RoiFieldsInit,
  type RoiPoint,
} from "../../src/index.ts";
import { ENVELOPE_KEYS } from "../../src/shapes/fields/roi-fields.ts";
import { STORED_EDGE_KEYS } from "../../src/shapes/fields/stored-edges.ts";
import { MASK_DATA_KEYS } from "../../src/shapes/mask.ts";
import { createPointRoi } from "../../src/shapes/point-roi.ts";
import { STORED_POINTS_KEYS } from "../../src/shapes/stored-points.ts";

const coordinate = fc.integer({ min: -50, max: 50 });

/** Any four integers near 0, so that some bounds are inverted, empty or negative. */
export const anyBounds: fc.Arbitrary<RoiBounds> = fc.record({
  dim0Start: coordinate,
  dim0Stop: coordinate,
  dim1Start: coordinate,
  dim1Stop: coordinate,
});

export const anySize: fc.Arbitrary<PlaneSize> = fc.record({ height: fc.nat(40), width: fc.nat(40) });

const KEYS_WITH_A_MEANING = new Set([
  ...ENVELOPE_KEYS,
  ...MASK_DATA_KEYS,
  ...STORED_EDGE_KEYS,
  ...STORED_POINTS_KEYS,
  "revision",
]);

const unknownKey = fc
  .oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "id", "img_mean", "x2"))
  .filter((key) => !KEYS_WITH_A_MEANING.has(key));

/** JSON objects of any shape, without the keys that envelopes use themselves, and without the negative zero. */
export const anyJsonObject: fc.Arbitrary<Record<string, unknown>> = fc
  .dictionary(unknownKey, fc.jsonValue(), { maxKeys: 5 })
  .map((value) => JSON.parse(JSON.stringify(value)));

const fields: fc.Arbitrary<RoiFieldsInit> = fc.record(
  {
    id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    name: fc.string({ unit: "grapheme" }),
    note: fc.string(),
    channel: fc.integer({ min: 1, max: 9 }),
    z: fc.nat(9),
    revision: fc.nat(1000),
    stats: fc.record({
      imgMin: finiteNumber(),
      imgMax: finiteNumber(),
      imgMean: finiteNumber(),
      imgStd: finiteNumber(),
    }),
    meta: anyJsonObject,
    extra: anyJsonObject,
    dataExtra: anyJsonObject,
  },
  { requiredKeys: ["id"] },
);

/** Whole, half and other positions near 0, so that centres and borders of pixels occur often. */
const position = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer({ min: -100, max: 100 }).map((half) => half / 2),
  fc.double({ min: -50, max: 50, noNaN: true }).map((value) => (value === 0 ? 0 : value)),
);

export const anyPoint: fc.Arbitrary<RoiPoint> = fc.record({ dim0: position, dim1: position });

/** A few points in any order, so that some outlines cross themselves, are flat or empty. */
export const anyPoints: fc.Arbitrary<RoiPoint[]> = fc.array(anyPoint, { minLength: 1, maxLength: 9 });

const ends = fc.tuple(anyPoint, anyPoint);

/** ROIs of the types that are given by points, with and without everything that is optional. */
export const anyPathRoi: fc.Arbitrary<PathRoi> = fc.oneof(
  fc.tuple(fields, ends).map(([common, points]) => createLineRoi({ ...common, points })),
  fc.tuple(fields, anyPoints).map(([common, points]) => createPolylineRoi({ ...common, points })),
  fc.tuple(fields, anyPoints).map(([common, points]) => createPolygonRoi({ ...common, points })),
  fc.tuple(fields, anyPoints).map(([common, points]) => createPointRoi({ ...common, points })),
);

/** ROIs of every type, with and without everything that is optional. */
export const anyRoi: fc.Arbitrary<Roi> = fc.oneof(
  fc.tuple(fields, anyBounds).map(([common, bounds]) => createRectRoi({ ...common, bounds })),
  fc
    .tuple(fields, fc.string({ minLength: 1 }))
    .map(([common, maskRef]) => createMaskRoi({ ...common, maskRef })),
  anyPathRoi,
);

/** Without the negative zero, which JSON text does not keep apart. */
function finiteNumber(): fc.Arbitrary<number> {
  return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
}
