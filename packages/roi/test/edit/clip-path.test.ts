import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clampRoi } from "../../src/edit/clamp.ts";
import { isEmptyRoi } from "../../src/edit/is-empty-roi.ts";
import {
  containsPoint,
  createLineRoi,
  createPolygonRoi,
  createPolylineRoi,
  type PlaneSize,
  type RoiPoint,
  rasterize,
} from "../../src/index.ts";
import { anyPathRoi, anySize } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const SIZE = { height: 10, width: 6 };

const polygon = (outline: readonly RoiPoint[]) => createPolygonRoi({ id: 1, points: outline });

function clipped(outline: readonly RoiPoint[], size: PlaneSize): readonly RoiPoint[] {
  const { roi } = clampRoi(polygon(outline), size);
  return "points" in roi ? roi.points : [];
}

describe("clampRoi, of points,", () => {
  test("cuts a polygon at the image's border", () => {
    expect(clipped(points(-2, 1, 4, 1, 4, 9, -2, 9), SIZE)).toEqual(points(0, 6, 0, 1, 4, 1, 4, 6));
    expect(clipped(points(-5, -5, 50, -5, 50, 50, -5, 50), SIZE)).toEqual(points(0, 6, 0, 0, 10, 0, 10, 6));
  });

  test("cuts a line where it crosses the border and keeps its direction", () => {
    const { roi, corrections } = clampRoi(createLineRoi({ id: 1, points: points(5, 9, 5, -3) }), SIZE);
    expect(roi).toMatchObject({ points: points(5, 6, 5, 0), revision: 1 });
    expect(corrections).toBe(1);
  });

  test("takes a polyline that leaves the image along the border to where it comes back", () => {
    const path = createPolylineRoi({ id: 1, points: points(-4, 2, 2, 2, 2, 8, 6, 8, 6, 1) });
    expect(clampRoi(path, SIZE).roi).toMatchObject({ points: points(0, 2, 2, 2, 2, 6, 6, 6, 6, 1) });
  });

  test("makes one point on the border, which is empty, of what lies outside", () => {
    expect(clipped(points(-4, 20, -9, 20, -9, 30), SIZE)).toEqual(points(0, 6));
    // If its points were moved to the border one by one, they would enclose the corner.
    expect(clipped(points(-9, 4, 4, -9, -9, -9), SIZE)).toEqual(points(0, 4));
    const line = clampRoi(createLineRoi({ id: 1, points: points(-4, 2, -1, 5) }), SIZE);
    expect(line.roi).toMatchObject({ points: points(0, 2, 0, 2) });
    expect(isEmptyRoi(line.roi)).toBe(true);
  });

  test("leaves what fits as it is, and clamping twice is clamping once", () => {
    fc.assert(
      fc.property(anyPathRoi, anySize, (roi, size) => {
        const once = clampRoi(roi, size);
        const fits = roi.points.every(
          ({ dim0, dim1 }) => dim0 >= 0 && dim0 <= size.height && dim1 >= 0 && dim1 <= size.width,
        );
        expect(once.roi === roi).toBe(fits);
        expect(clampRoi(once.roi, size)).toEqual({ roi: once.roi, corrections: 0 });
        expect(rasterize(once.roi, size).data.length).toBeLessThanOrEqual(size.height * size.width);
      }),
      { numRuns: 1000 },
    );
  });

  test("every point of the result lies in the image", () => {
    fc.assert(
      fc.property(anyPathRoi, anySize, (roi, size) => {
        const { roi: inside } = clampRoi(roi, size);
        const all = "points" in inside ? inside.points : [];
        expect(all.length).toBeGreaterThan(0);
        for (const { dim0, dim1 } of all) {
          expect(dim0 >= 0 && dim0 <= size.height && dim1 >= 0 && dim1 <= size.width).toBe(true);
        }
      }),
    );
  });

  test("a polygon covers the same pixels of the image as before", () => {
    // Sides at 0, 45 and 90 degrees on quarters of a pixel cross the border without rounding.
    const step = fc.tuple(fc.integer({ min: -1, max: 1 }), fc.integer({ min: -1, max: 1 }), fc.nat(120));
    const outline = fc.array(step, { minLength: 3, maxLength: 8 }).map((steps) => {
      let [dim0, dim1] = [3.25, 2.25];
      return steps.map(([down, right, quarters]) => {
        dim0 += (down * quarters) / 4;
        dim1 += (right * quarters) / 4;
        return { dim0, dim1 };
      });
    });
    fc.assert(
      fc.property(outline, anySize, (path, size) => {
        const closed = [...path, { dim0: path[0]?.dim0 ?? 0, dim1: path.at(-1)?.dim1 ?? 0 }];
        const before = polygon(closed);
        const { roi: after } = clampRoi(before, size);
        for (let row = 0.5; row < size.height; row += 1) {
          for (let column = 0.5; column < size.width; column += 1) {
            expect(containsPoint(after, row, column)).toBe(containsPoint(before, row, column));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
