import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { containsPoint, createMaskRoi, createRectRoi, hitTest, type RectRoi } from "../../src/index.ts";

const rect = (
  id: number,
  dim0Start: number,
  dim0Stop: number,
  dim1Start: number,
  dim1Stop: number,
): RectRoi => createRectRoi({ id, bounds: { dim0Start, dim0Stop, dim1Start, dim1Stop } });

const TOLERANCE = { toleranceDim0: 5, toleranceDim1: 5 };

describe("hitTest", () => {
  test("each edge and the interior have their mode", () => {
    const rois = [rect(1, 100, 200, 100, 200)];
    const modeAt = (dim0: number, dim1: number) => hitTest(rois, dim0, dim1, TOLERANCE)?.mode;
    expect(modeAt(150, 104)).toBe("resizing_dim1_start");
    expect(modeAt(150, 196)).toBe("resizing_dim1_stop");
    expect(modeAt(96, 150)).toBe("resizing_dim0_start");
    expect(modeAt(205, 150)).toBe("resizing_dim0_stop");
    expect(modeAt(150, 150)).toBe("moving");
    expect(modeAt(150, 94.9)).toBeUndefined();
    expect(modeAt(205.1, 150)).toBeUndefined();
  });

  test("at a corner the column's edge wins, in the order dim1 start, dim1 stop, dim0", () => {
    const rois = [rect(1, 100, 200, 100, 200)];
    expect(hitTest(rois, 100, 100, TOLERANCE)?.mode).toBe("resizing_dim1_start");
    expect(hitTest(rois, 200, 200, TOLERANCE)?.mode).toBe("resizing_dim1_stop");
  });

  test("the newest ROI wins, whichever part of it is hit", () => {
    const rois = [rect(1, 0, 100, 0, 100), rect(2, 0, 100, 0, 50)];
    expect(hitTest(rois, 50, 20, TOLERANCE)).toMatchObject({ roi: { id: 2 }, mode: "moving" });
    expect(hitTest(rois, 50, 52, TOLERANCE)).toMatchObject({ roi: { id: 2 }, mode: "resizing_dim1_stop" });
    expect(hitTest(rois, 50, 60, TOLERANCE)).toMatchObject({ roi: { id: 1 }, mode: "moving" });
    expect(rois.map((roi) => roi.id)).toEqual([1, 2]);
  });

  test("the interior of a ROI 7 pixels wide can be reached with a tolerance of 5", () => {
    const roi = rect(1, 0, 30000, 0, 7);
    expect(hitTest([roi], 15000, 3.5, TOLERANCE)?.mode).toBe("moving");
    expect(hitTest([roi], 15000, 1, TOLERANCE)?.mode).toBe("resizing_dim1_start");
    expect(hitTest([roi], 15000, 6, TOLERANCE)?.mode).toBe("resizing_dim1_stop");
    expect(hitTest([roi], 15000, 11, TOLERANCE)?.mode).toBe("resizing_dim1_stop");
  });

  test("the centre of every rect with an area moves it, at any tolerance", () => {
    const start = fc.integer({ min: -1000, max: 1000 });
    const extent = fc.integer({ min: 1, max: 1000 });
    const tolerance = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        start,
        extent,
        start,
        extent,
        tolerance,
        tolerance,
        (row, rows, column, columns, t0, t1) => {
          const roi = rect(1, row, row + rows, column, column + columns);
          const hit = hitTest([roi], row + rows / 2, column + columns / 2, {
            toleranceDim0: t0,
            toleranceDim1: t1,
          });
          expect(hit).toEqual({ roi, mode: "moving" });
        },
      ),
    );
  });

  test("every point inside is a hit, and no hit is farther away than the tolerance", () => {
    const point = fc.double({ min: -20, max: 40, noNaN: true });
    fc.assert(
      fc.property(point, point, fc.nat(8), (dim0, dim1, tolerance) => {
        const roi = rect(1, 3, 21, 5, 12);
        const hit = hitTest([roi], dim0, dim1, { toleranceDim0: tolerance, toleranceDim1: tolerance });
        const isNear =
          dim0 >= 3 - tolerance && dim0 <= 21 + tolerance && dim1 >= 5 - tolerance && dim1 <= 12 + tolerance;
        expect(hit !== undefined).toBe(isNear);
        expect(hit === undefined && containsPoint(roi, dim0, dim1)).toBe(false);
      }),
    );
  });

  test("an empty rect can be caught at its edges", () => {
    const roi = rect(1, 10, 10, 0, 7);
    expect(hitTest([roi], 12, 3.5, TOLERANCE)?.mode).toBe("resizing_dim0_stop");
    expect(hitTest([roi], 12, 3.5)).toBeUndefined();
  });

  test("a mask is hit where a pixel is set, and moves", () => {
    const roi = createMaskRoi({ id: 2, maskRef: "m" });
    const mask = { data: [0, 1], height: 1, width: 2, dim0Start: 50 };
    const rois = [rect(1, 0, 100, 0, 100), roi];
    const options = { ...TOLERANCE, masks: new Map([[2, mask]]) };
    expect(hitTest(rois, 50, 1, options)).toEqual({ roi, mode: "moving" });
    expect(hitTest(rois, 50, 0, options)?.roi.id).toBe(1);
    expect(hitTest(rois, 50, 1, TOLERANCE)?.roi.id).toBe(1);
  });
});
