import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clampRoi, clampZ } from "../../src/edit/clamp.ts";
import { clampBounds, containsPoint, createMaskRoi, createRectRoi, fullBounds } from "../../src/index.ts";
import { boundsEqual, orderBounds } from "../../src/shapes/bounds.ts";
import { anyBounds, anyRoi, anySize } from "../support/arbitraries.ts";

const SIZE = { height: 100, width: 7 };

describe("clampBounds", () => {
  test("edges are clamped to the size inclusive, then inverted pairs are swapped", () => {
    const outside = { dim0Start: 250, dim0Stop: -3, dim1Start: 5, dim1Stop: 2 };
    expect(clampBounds(outside, SIZE)).toEqual({ dim0Start: 0, dim0Stop: 100, dim1Start: 2, dim1Stop: 5 });
  });

  test("what lies beyond an edge becomes empty there", () => {
    const beyond = { dim0Start: 120, dim0Stop: 140, dim1Start: 0, dim1Stop: 7 };
    expect(clampBounds(beyond, SIZE)).toEqual({ dim0Start: 100, dim0Stop: 100, dim1Start: 0, dim1Stop: 7 });
  });

  test("clamping twice is clamping once", () => {
    fc.assert(
      fc.property(anyBounds, anySize, (bounds, size) => {
        const once = clampBounds(bounds, size);
        expect(clampBounds(once, size)).toEqual(once);
      }),
    );
  });

  test("a pixel is inside after clamping if it was inside and is one of the plane's", () => {
    const pixel = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(anyBounds, anySize, pixel, pixel, (bounds, size, dim0, dim1) => {
        const expected =
          containsPoint(orderBounds(bounds), dim0, dim1) && containsPoint(fullBounds(size), dim0, dim1);
        expect(containsPoint(clampBounds(bounds, size), dim0, dim1)).toBe(expected);
      }),
    );
  });

  test("the arguments are left as they are", () => {
    const bounds = Object.freeze({ dim0Start: 9, dim0Stop: 1, dim1Start: 0, dim1Stop: 99 });
    expect(() => clampBounds(bounds, Object.freeze(SIZE))).not.toThrow();
  });
});

describe("clampZ", () => {
  test("z goes to the nearest slice that exists", () => {
    expect(clampZ(-2, { ...SIZE, numSlices: 3 })).toBe(0);
    expect(clampZ(7, { ...SIZE, numSlices: 3 })).toBe(2);
    expect(clampZ(7, SIZE)).toBe(7);
    expect(clampZ(7, undefined)).toBe(7);
  });
});

describe("clampRoi", () => {
  test("bounds and z are corrections of their own", () => {
    const roi = createRectRoi({
      id: 1,
      z: 4,
      bounds: { dim0Start: 0, dim0Stop: 101, dim1Start: 0, dim1Stop: 7 },
    });
    const clamped = clampRoi(roi, { ...SIZE, numSlices: 1 });
    expect(clamped.corrections).toBe(2);
    expect(clamped.roi).toMatchObject({ z: 0, revision: 1, bounds: { dim0Stop: 100 } });
  });

  test("a mask has only a z to correct", () => {
    const roi = createMaskRoi({ id: 1, z: 4, maskRef: "analysis_arrays/roi_mask_1" });
    expect(clampRoi(roi, SIZE)).toEqual({ roi, corrections: 0 });
    expect(clampRoi(roi, { ...SIZE, numSlices: 2 })).toMatchObject({
      corrections: 1,
      roi: { z: 1, revision: 1 },
    });
  });

  test("a ROI that fits is the same object, and one that was clamped fits", () => {
    fc.assert(
      fc.property(anyRoi, anySize, (roi, size) => {
        const { roi: clamped, corrections } = clampRoi(roi, size);
        expect(clamped === roi).toBe(corrections === 0);
        expect(clamped.revision).toBe(roi.revision + (corrections === 0 ? 0 : 1));
        expect(clampRoi(clamped, size)).toEqual({ roi: clamped, corrections: 0 });
        if (roi.type === "rect" && clamped.type === "rect") {
          expect(boundsEqual(clamped.bounds, clampBounds(roi.bounds, size))).toBe(true);
        }
      }),
    );
  });
});
