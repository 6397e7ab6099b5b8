import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { containsPoint, createMaskRoi, createRectRoi } from "../../src/index.ts";
import { orderBounds } from "../../src/shapes/bounds.ts";
import { anyBounds } from "../support/arbitraries.ts";

const MASK_ROI = createMaskRoi({ id: 4, maskRef: "analysis_arrays/roi_mask_4" });
const MASK = { data: Uint8Array.of(1, 0, 0, 1, 1, 0), height: 2, width: 3, dim0Start: 10, dim1Start: 20 };

describe("containsPoint", () => {
  test("start is inside and stop is not", () => {
    const roi = createRectRoi({ id: 1, bounds: { dim0Start: 2, dim0Stop: 4, dim1Start: 5, dim1Stop: 6 } });
    expect(containsPoint(roi, 2, 5)).toBe(true);
    expect(containsPoint(roi, 3.999, 5.999)).toBe(true);
    expect(containsPoint(roi, 4, 5)).toBe(false);
    expect(containsPoint(roi, 2, 6)).toBe(false);
    expect(containsPoint(roi, 1.999, 5)).toBe(false);
    expect(containsPoint(roi, Number.NaN, 5)).toBe(false);
  });

  test("bounds that touch share no point and leave none out", () => {
    const point = fc.double({ min: -60, max: 60, noNaN: true });
    fc.assert(
      fc.property(anyBounds, fc.integer({ min: -50, max: 50 }), point, point, (any, cut, dim0, dim1) => {
        const whole = orderBounds(any);
        const at = Math.min(Math.max(cut, whole.dim0Start), whole.dim0Stop);
        const parts = [
          { ...whole, dim0Stop: at },
          { ...whole, dim0Start: at },
        ];
        const owners = parts.filter((part) => containsPoint(part, dim0, dim1)).length;
        expect(owners).toBe(containsPoint(whole, dim0, dim1) ? 1 : 0);
      }),
    );
  });

  test("a point lies in a mask if its pixel is set", () => {
    expect(containsPoint(MASK_ROI, 10, 20, { mask: MASK })).toBe(true);
    expect(containsPoint(MASK_ROI, 10.9, 21, { mask: MASK })).toBe(false);
    expect(containsPoint(MASK_ROI, 11.5, 21.5, { mask: MASK })).toBe(true);
    expect(containsPoint(MASK_ROI, 12, 20, { mask: MASK })).toBe(false);
    expect(containsPoint(MASK_ROI, 0, 0, { mask: MASK })).toBe(false);
  });

  test("a mask ROI without its pixels is an error, not an answer", () => {
    expect(() => containsPoint(MASK_ROI, 0, 0)).toThrow(/ROI 4 is a mask/);
  });

  test("a mask whose size and data disagree is refused", () => {
    expect(() => containsPoint(MASK_ROI, 0, 0, { mask: { ...MASK, width: 4 } })).toThrow(
      /expected 2 × 4 values, found 6/,
    );
  });
});
