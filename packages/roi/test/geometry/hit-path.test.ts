import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmptyRoi } from "../../src/edit/is-empty-roi.ts";
import {
  containsPoint,
  createLineRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  hitTest,
  rasterize,
} from "../../src/index.ts";
import { anyPathRoi, anyPoint } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const TOLERANCE = { toleranceDim0: 5, toleranceDim1: 5 };
const SQUARE = points(100, 100, 100, 200, 200, 200, 200, 100);

describe("hitTest, of points,", () => {
  test("a polygon's corners come before its interior and its sides, which move it", () => {
    const roi = createPolygonRoi({ id: 1, points: SQUARE });
    const hitAt = (dim0: number, dim1: number) => hitTest([roi], dim0, dim1, TOLERANCE);
    expect(hitAt(96, 98)).toEqual({ roi, mode: "moving_point", pointIndex: 0 });
    expect(hitAt(203, 203)).toEqual({ roi, mode: "moving_point", pointIndex: 2 });
    expect(hitAt(150, 150)).toEqual({ roi, mode: "moving" });
    expect(hitAt(150, 204)).toEqual({ roi, mode: "moving" });
    expect(hitAt(150, 205.1)).toBeUndefined();
    expect(hitAt(204, 204)).toBeUndefined();
  });

  test("a line has two ends, and moves where it is near between them", () => {
    const roi = createLineRoi({ id: 1, points: points(10, 10, 10, 110) });
    const hitAt = (dim0: number, dim1: number) => hitTest([roi], dim0, dim1, TOLERANCE);
    expect(hitAt(12, 113)).toMatchObject({ mode: "moving_point", pointIndex: 1 });
    expect(hitAt(15, 60)).toEqual({ roi, mode: "moving" });
    expect(hitAt(15.1, 60)).toBeUndefined();
    expect(hitTest([roi], 10.5, 60)).toEqual({ roi, mode: "moving" });
    expect(hitTest([roi], 10.6, 60)).toBeUndefined();
  });

  test("tolerances are each axis' own, as a stretched kymograph on a screen needs them", () => {
    const roi = createPolylineRoi({ id: 1, points: points(0, 3, 15_000, 3, 30_000, 4) });
    const options = { toleranceDim0: 200, toleranceDim1: 0.05 };
    expect(hitTest([roi], 15_150, 3, options)).toMatchObject({ mode: "moving_point", pointIndex: 1 });
    expect(hitTest([roi], 7000, 3.4, options)).toEqual({ roi, mode: "moving" });
    expect(hitTest([roi], 7000, 3.6, options)).toBeUndefined();
    expect(hitTest([roi], 30_150, 4, options)).toMatchObject({ pointIndex: 2 });
  });

  test("the interior of a polygon 7 pixels wide, and the middle of a short line, can be reached", () => {
    const polygon = createPolygonRoi({ id: 1, points: points(0, 0, 0, 7, 900, 7, 900, 0) });
    expect(hitTest([polygon], 450, 3.5, TOLERANCE)?.mode).toBe("moving");
    expect(hitTest([polygon], 2, 3.5, TOLERANCE)?.mode).toBe("moving");
    expect(hitTest([polygon], 1, 1, TOLERANCE)).toMatchObject({ pointIndex: 0 });
    const line = createLineRoi({ id: 1, points: points(0, 0, 4, 4) });
    expect(hitTest([line], 2, 2, TOLERANCE)?.mode).toBe("moving");
    expect(hitTest([line], 0.5, 0.5, TOLERANCE)?.mode).toBe("moving_point");
  });

  test("the newest ROI wins, of whichever types they are", () => {
    const rect = createRectRoi({
      id: 1,
      bounds: { dim0Start: 0, dim0Stop: 300, dim1Start: 0, dim1Stop: 300 },
    });
    const polygon = createPolygonRoi({ id: 2, points: SQUARE });
    const line = createLineRoi({ id: 3, points: points(0, 150, 300, 150) });
    const rois = [rect, polygon, line];
    expect(hitTest(rois, 150, 151, TOLERANCE)?.roi.id).toBe(3);
    expect(hitTest(rois, 150, 160, TOLERANCE)?.roi.id).toBe(2);
    expect(hitTest(rois, 150, 250, TOLERANCE)?.roi.id).toBe(1);
  });

  test("what has no size can be caught within the tolerance", () => {
    const line = createLineRoi({ id: 1, points: points(5, 5, 5, 5) });
    expect(hitTest([line], 8, 8, TOLERANCE)).toMatchObject({ pointIndex: 0 });
    const polygon = createPolygonRoi({ id: 1, points: points(5, 5) });
    expect(hitTest([polygon], 8, 8, TOLERANCE)).toMatchObject({ pointIndex: 0 });
    expect(hitTest([polygon], 8, 8)).toBeUndefined();
  });

  test("a freehand outline of 200 000 points is no trouble", () => {
    const circle = Array.from({ length: 200_000 }, (_, index) => ({
      dim0: 500 + 400 * Math.sin((index * Math.PI) / 100_000),
      dim1: 500 + 400 * Math.cos((index * Math.PI) / 100_000),
    }));
    const roi = createPolygonRoi({ id: 1, points: circle });
    expect(hitTest([roi], 500, 500, TOLERANCE)).toEqual({ roi, mode: "moving" });
    expect(hitTest([roi], 500, 903, TOLERANCE)).toMatchObject({ mode: "moving_point", pointIndex: 0 });
    expect(isEmptyRoi(roi)).toBe(false);
    const { data } = rasterize(roi, { height: 1000, width: 1000 });
    const covered = data.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(covered / (Math.PI * 400 ** 2) - 1)).toBeLessThan(1e-3);
  });

  test("every point inside is a hit, and a point that is hit is within the tolerance", () => {
    const tolerance = fc.nat(8);
    fc.assert(
      fc.property(anyPathRoi, anyPoint, tolerance, tolerance, (roi, { dim0, dim1 }, t0, t1) => {
        const hit = hitTest([roi], dim0, dim1, { toleranceDim0: t0, toleranceDim1: t1 });
        expect(hit === undefined && containsPoint(roi, dim0, dim1)).toBe(false);
        if (hit?.pointIndex !== undefined) {
          const point = roi.points[hit.pointIndex] ?? { dim0: Number.NaN, dim1: Number.NaN };
          // A point ROI reaches as far as the pixel of each point.
          const least = roi.type === "point" ? 1 : 0.5;
          expect(Math.abs(dim0 - point.dim0)).toBeLessThanOrEqual(Math.max(t0, least) + 1e-9);
          expect(Math.abs(dim1 - point.dim1)).toBeLessThanOrEqual(Math.max(t1, least) + 1e-9);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a hit that is no interior is within an ellipse of the tolerances of the outline", () => {
    fc.assert(
      fc.property(anyPathRoi, anyPoint, fc.integer({ min: 1, max: 8 }), (roi, { dim0, dim1 }, tolerance) => {
        const options = { toleranceDim0: tolerance, toleranceDim1: tolerance };
        const isHit = hitTest([roi], dim0, dim1, options) !== undefined;
        const outline = roi.type === "polygon" ? [...roi.points, ...roi.points.slice(0, 1)] : roi.points;
        // The outline as points a twentieth of a pixel apart. Nothing joins the points of a point ROI.
        const steps = outline.flatMap((from, index) => {
          const to = (roi.type === "point" ? undefined : outline[index + 1]) ?? from;
          return Array.from({ length: 3000 }, (_, step) => [
            from.dim0 + (step / 3000) * (to.dim0 - from.dim0) - dim0,
            from.dim1 + (step / 3000) * (to.dim1 - from.dim1) - dim1,
          ]);
        });
        const distance = Math.min(...steps.map(([a = 0, b = 0]) => Math.hypot(a, b)));
        if (Math.abs(distance - tolerance) > 0.1) {
          expect(isHit).toBe(containsPoint(roi, dim0, dim1) || distance < tolerance);
        }
      }),
      { numRuns: 60 },
    );
  });
});
