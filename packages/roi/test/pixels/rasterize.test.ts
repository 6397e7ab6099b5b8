import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clampBounds,
  containsPoint,
  createLineRoi,
  createMaskRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  fullBounds,
  type RasterMask,
  rasterize,
  roiBounds,
} from "../../src/index.ts";
import { orderBounds } from "../../src/shapes/bounds.ts";
import { anyBounds, anyPoint, anyPoints, anyRoi, anySize } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";
import { anyMask, checkRasterAgrees, isSet } from "./check-raster-agrees.ts";

const SIZE = { height: 6, width: 8 };

/** The mask as rows of text, `#` inside. */
function picture({ data, height, width }: RasterMask): readonly string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width), (value) => (value === 1 ? "#" : ".")).join(""),
  );
}

describe("rasterize", () => {
  test("a pixel is in the mask if the ROI contains its centre, for every pixel of random shapes", () => {
    checkRasterAgrees(500);
  });

  test("the mask lies inside the plane and the ROI's bounds, which hold every pixel that is covered", () => {
    const wide = { height: 200, width: 200 };
    fc.assert(
      fc.property(anyRoi, anyMask, anySize, (roi, mask, size) => {
        const bounds = roiBounds(roi, { mask });
        const { height, width, dim0Start, dim1Start } = rasterize(
          roi,
          size,
          roi.type === "mask" ? { mask } : {},
        );
        const found = {
          dim0Start,
          dim0Stop: dim0Start + height,
          dim1Start,
          dim1Stop: dim1Start + width,
        };
        expect(found).toEqual(clampBounds(bounds, size));
        for (let row = 0; row < wide.height; row += 20) {
          for (let column = 0; column < 60; column += 1) {
            const isCovered = containsPoint(roi, row + 0.5, column + 0.5, { mask });
            expect(isCovered && !containsPoint(bounds, row, column)).toBe(false);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a polygon round the corners of a rect covers the rect's pixels, and contains the same points", () => {
    fc.assert(
      fc.property(anyBounds, anyPoint, fc.boolean(), (any, { dim0, dim1 }, isReversed) => {
        const bounds = orderBounds(any);
        const { dim0Start, dim0Stop, dim1Start, dim1Stop } = bounds;
        const corners = points(
          dim0Start,
          dim1Start,
          dim0Start,
          dim1Stop,
          dim0Stop,
          dim1Stop,
          dim0Stop,
          dim1Start,
        );
        const polygon = createPolygonRoi({ id: 1, points: isReversed ? corners.toReversed() : corners });
        expect(containsPoint(polygon, dim0, dim1)).toBe(containsPoint(bounds, dim0, dim1));
        const rect = createRectRoi({ id: 1, bounds });
        expect(sumOf(rasterize(polygon, SIZE))).toBe(sumOf(rasterize(rect, SIZE)));
      }),
    );
  });

  test("polygons on the two sides of any path share no pixel and leave none out", () => {
    const whole = { height: 40, width: 40 };
    fc.assert(
      fc.property(anyPoints, (path) => {
        const from = points(-60, -60);
        const to = points(60, -60);
        const left = createPolygonRoi({ id: 1, points: [...from, ...path, ...to] });
        const right = createPolygonRoi({
          id: 2,
          points: [...from, ...path, ...to, ...points(60, 60, -60, 60)],
        });
        const [a, b] = [rasterize(left, whole), rasterize(right, whole)];
        for (let row = 0; row < whole.height; row += 1) {
          for (let column = 0; column < whole.width; column += 1) {
            expect(isSet(a, row, column)).toBe(!isSet(b, row, column));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test("pixels whose centre lies on an upper or left side are inside, on a lower or right one they are not", () => {
    const polygon = createPolygonRoi({ id: 1, points: points(0.5, 1.5, 0.5, 4.5, 3.5, 4.5, 3.5, 1.5) });
    const mask = rasterize(polygon, SIZE);
    expect(mask).toMatchObject({ height: 3, width: 3, dim0Start: 0, dim1Start: 1 });
    expect(picture(mask)).toEqual(["###", "###", "###"]);
  });

  test("an outline that crosses itself leaves out what it goes round twice", () => {
    const star = points(0, 4, 8, 6.5, 3, 0, 3, 8, 8, 1.5);
    const mask = rasterize(createPolygonRoi({ id: 1, points: star }), { height: 8, width: 8 });
    expect(picture(mask)).toEqual([
      "........",
      "........",
      "...##...",
      ".##..##.",
      "..#..#..",
      "..#..#..",
      "..#..#..",
      "........",
    ]);
  });

  test("a line covers the pixels whose centre is at most half a pixel away", () => {
    const across = createLineRoi({ id: 1, points: points(2.5, 1.5, 2.5, 5.5) });
    expect(rasterize(across, SIZE)).toMatchObject({ height: 1, width: 5, dim0Start: 2, dim1Start: 1 });
    expect(picture(rasterize(across, SIZE))).toEqual(["#####"]);
    const diagonal = createLineRoi({ id: 1, points: points(3.5, 0.5, 0.5, 3.5) });
    expect(picture(rasterize(diagonal, SIZE))).toEqual(["...#", "..#.", ".#..", "#..."]);
    const border = createLineRoi({ id: 1, points: points(3, 2, 3, 5) });
    expect(picture(rasterize(border, SIZE))).toEqual([".###.", ".###."]);
  });

  test("a line between halves of pixels covers what integers say is half a pixel away", () => {
    const half = fc.integer({ min: -20, max: 60 });
    fc.assert(
      fc.property(half, half, half, half, (a0, a1, b0, b1) => {
        const line = createLineRoi({ id: 1, points: points(a0 / 2, a1 / 2, b0 / 2, b1 / 2) });
        const mask = rasterize(line, { height: 24, width: 24 });
        for (let row = 0; row < 24; row += 1) {
          for (let column = 0; column < 24; column += 1) {
            // In units of half a pixel, so that every number here is an integer and half a pixel is 1.
            const [p0, p1] = [2 * row + 1 - a0, 2 * column + 1 - a1];
            const [d0, d1] = [b0 - a0, b1 - a1];
            const along = p0 * d0 + p1 * d1;
            const length = d0 * d0 + d1 * d1;
            const across = (p0 * d1 - p1 * d0) ** 2;
            const fromEnd = along <= 0 ? p0 * p0 + p1 * p1 : (p0 - d0) ** 2 + (p1 - d1) ** 2;
            const isBeside = along > 0 && along < length;
            // Rounding decides about a slope that is exactly half a pixel away.
            const isTie = isBeside && across === length && d0 !== 0 && d1 !== 0;
            const isNear = isBeside ? across <= length : fromEnd <= 1;
            if (!isTie && isSet(mask, row, column) !== isNear) {
              expect.fail(`pixel ${row}, ${column} is ${isNear ? "near" : "far"}`);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a polyline covers its corner once", () => {
    const path = createPolylineRoi({ id: 1, points: points(0.5, 0.5, 3.5, 0.5, 3.5, 3.5, 0.5, 3.5) });
    expect(picture(rasterize(path, SIZE))).toEqual(["#..#", "#..#", "#..#", "####"]);
  });

  test("a mask keeps its place, and what of it lies outside the plane is cut off", () => {
    const roi = createMaskRoi({ id: 1, maskRef: "m" });
    const mask = { data: [1, 0, 2, 0, 0, 3], height: 3, width: 2, dim0Start: 4, dim1Start: 7 };
    const raster = rasterize(roi, SIZE, { mask });
    expect(raster).toMatchObject({ height: 2, width: 1, dim0Start: 4, dim1Start: 7 });
    expect(picture(raster)).toEqual(["#", "#"]);
    expect(() => rasterize(roi, SIZE)).toThrow(/ROI 1 is a mask/);
  });

  test("outlines far beyond the image take no more time than the image", () => {
    const far = 2 ** 31;
    const polygon = createPolygonRoi({ id: 1, points: points(-far, -far, -far, far, far, far, far, -far) });
    expect(sumOf(rasterize(polygon, SIZE))).toBe(48);
    const path = createPolylineRoi({ id: 1, points: points(-far, -far, far, far, far, -far) });
    expect(sumOf(rasterize(path, SIZE))).toBe(6);
  });

  test("a mask of more than two gigabytes is refused, not tried", () => {
    const bounds = { dim0Start: 0, dim0Stop: 2 ** 20, dim1Start: 0, dim1Stop: 2 ** 20 };
    const rect = createRectRoi({ id: 1, bounds });
    expect(() => rasterize(rect, { height: 2 ** 20, width: 2 ** 20 })).toThrow(/at most 2147483648 pixels/);
  });

  test("what has no size covers no pixel, but for a line's round end", () => {
    expect(sumOf(rasterize(createPolygonRoi({ id: 1, points: points(1, 1, 3, 3) }), SIZE))).toBe(0);
    expect(sumOf(rasterize(createLineRoi({ id: 1, points: points(2, 2, 2, 2) }), SIZE))).toBe(0);
    expect(sumOf(rasterize(createLineRoi({ id: 1, points: points(2.5, 2.5, 2.5, 2.5) }), SIZE))).toBe(1);
  });

  test("a rect covers what of it lies in the plane", () => {
    fc.assert(
      fc.property(anyBounds, anySize, (bounds, size) => {
        const { data, ...place } = rasterize(createRectRoi({ id: 1, bounds }), size);
        expect(data.every((value) => value === 1)).toBe(true);
        expect(data.length).toBe(place.height * place.width);
        expect(data.length).toBeLessThanOrEqual(sumOfBounds(fullBounds(size)));
      }),
    );
  });
});

function sumOf({ data }: RasterMask): number {
  return data.reduce((sum, value) => sum + value, 0);
}

function sumOfBounds({ dim0Stop, dim1Stop }: { dim0Stop: number; dim1Stop: number }): number {
  return dim0Stop * dim1Stop;
}
