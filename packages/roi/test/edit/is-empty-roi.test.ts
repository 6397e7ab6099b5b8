import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmptyRoi } from "../../src/edit/is-empty-roi.ts";
import {
  createLineRoi,
  createMaskRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  type RoiPoint,
} from "../../src/index.ts";
import { anyPoint } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const hasArea = (outline: readonly RoiPoint[]): boolean =>
  !isEmptyRoi(createPolygonRoi({ id: 1, points: outline }));

const TRIANGLE = points(0, 0, 0, 4, 3, 1);

describe("isEmptyRoi", () => {
  test("a rect without a pixel is empty, a mask is never", () => {
    const bounds = { dim0Start: 1, dim0Stop: 1, dim1Start: 0, dim1Stop: 5 };
    expect(isEmptyRoi(createRectRoi({ id: 1, bounds }))).toBe(true);
    expect(isEmptyRoi(createRectRoi({ id: 1, bounds: { ...bounds, dim0Stop: 2 } }))).toBe(false);
    expect(isEmptyRoi(createMaskRoi({ id: 1, maskRef: "m" }))).toBe(false);
  });

  test("a line and a polyline are empty if all their points are one", () => {
    expect(isEmptyRoi(createLineRoi({ id: 1, points: points(1, 2, 1, 2) }))).toBe(true);
    expect(isEmptyRoi(createLineRoi({ id: 1, points: points(1, 2, 1, 2.5) }))).toBe(false);
    expect(isEmptyRoi(createPolylineRoi({ id: 1, points: points(1, 2) }))).toBe(true);
    expect(isEmptyRoi(createPolylineRoi({ id: 1, points: points(1, 2, 1, 2, 1, 2, 0, 2) }))).toBe(false);
  });

  test.each<[string, readonly RoiPoint[]]>([
    ["one point", points(1, 1)],
    ["two points", points(1, 1, 4, 4)],
    ["the same point thrice", points(1, 1, 1, 1, 1, 1)],
    ["points in a row", points(2, 1, 2, 9, 2, 4)],
    ["points in a column", points(1, 2, 9, 2, 4, 2)],
    ["points on a slope", points(0, 0, 2, 1, 6, 3)],
    ["an outline that returns on itself", points(0, 0, 3, 1, 5, 7, 3, 1)],
    ["an outline gone round twice", [...TRIANGLE, ...TRIANGLE]],
  ])("a polygon of %s has no area", (_what, outline) => {
    expect(hasArea(outline)).toBe(false);
  });

  test.each<[string, readonly RoiPoint[]]>([
    ["a triangle", TRIANGLE],
    ["a bow tie, whose signed area is 0", points(0, 0, 4, 4, 0, 4, 4, 0)],
    ["a bow tie that lies on its side", points(0, 0, 0, 4, 4, 0, 4, 4)],
    ["an outline gone round thrice", [...TRIANGLE, ...TRIANGLE, ...TRIANGLE]],
    ["a triangle on a long tail", points(0, 0, 5, 0, 9, 4, 9, -4, 5, 0)],
    ["a sliver", points(0, 0, 10, 0, 10, 1e-6)],
  ])("a polygon that is %s has an area", (_what, outline) => {
    expect(hasArea(outline)).toBe(true);
  });

  test("every triangle is as empty as its determinant says, whichever point comes first", () => {
    const whole = fc.record({ dim0: fc.integer({ min: -9, max: 9 }), dim1: fc.integer({ min: -9, max: 9 }) });
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        const twice = (b.dim0 - a.dim0) * (c.dim1 - a.dim1) - (b.dim1 - a.dim1) * (c.dim0 - a.dim0);
        for (const outline of [
          [a, b, c],
          [b, c, a],
          [c, b, a],
        ]) {
          expect(hasArea(outline)).toBe(twice !== 0);
        }
      }),
    );
  });

  test("there and back again by any path encloses nothing", () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { minLength: 1, maxLength: 8 }), (path) => {
        expect(hasArea([...path, ...path.toReversed()])).toBe(false);
      }),
    );
  });
});
