import { describe, expect, test } from "vitest";
import { createMaskRoi, createRectRoi, isRoiError, roiFromEnvelope } from "../../src/index.ts";
import { maskRefOf } from "../../src/shapes/roi.ts";

const BOUNDS = { dim0Start: 0, dim0Stop: 4, dim1Start: 0, dim1Stop: 4 };

describe("a ROI", () => {
  test("cannot be changed, nor can what it was made of reach it", () => {
    const meta = { tags: ["a"], nested: { deep: 1 } };
    const bounds = { ...BOUNDS };
    const roi = createRectRoi({ id: 1, bounds, meta });
    meta.tags.push("b");
    meta.nested.deep = 2;
    bounds.dim0Stop = 9;
    expect(roi.meta).toEqual({ tags: ["a"], nested: { deep: 1 } });
    expect(roi.bounds).toEqual(BOUNDS);
    for (const part of [roi, roi.bounds, roi.meta, roi.meta["tags"], roi.meta["nested"], roi.extra]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test("has its inverted corners swapped", () => {
    const inverted = { dim0Start: 4, dim0Stop: 0, dim1Start: 4, dim1Stop: 0 };
    expect(createRectRoi({ id: 1, bounds: inverted }).bounds).toEqual(BOUNDS);
  });

  test("takes statistics from meta where all four are there", () => {
    const meta = { img_min: 0, img_max: 3, img_mean: 1, img_std: 1, tag: "t" };
    const roi = createRectRoi({ id: 1, bounds: BOUNDS, meta });
    expect(roi).toMatchObject({ stats: { imgMin: 0, imgMax: 3, imgMean: 1, imgStd: 1 } });
    expect(roi.meta).toEqual({ tag: "t" });
  });

  test.each([
    ["id", { id: 0 }],
    ["channel", { channel: 0 }],
    ["z", { z: -1 }],
    ["revision", { revision: 1.5 }],
    ["stats.imgMean", { stats: { imgMin: 0, imgMax: 0, imgMean: Number.NaN, imgStd: 0 } }],
    ["meta.revision", { meta: { revision: 3 } }],
    ["extra.roi_id", { extra: { roi_id: 3 } }],
    ["dataExtra.dim0_start", { dataExtra: { dim0_start: 3 } }],
  ])("with a wrong %s is refused", (path, wrong) => {
    let found: unknown;
    try {
      createRectRoi({ id: 1, bounds: BOUNDS, ...wrong });
    } catch (error) {
      found = error;
    }
    expect(isRoiError(found, "invalid_argument")).toBe(true);
    expect(found).toMatchObject({ details: { path } });
  });

  test("in a cycle of extra keys is refused", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => createMaskRoi({ id: 1, maskRef: "m", extra: { cycle } })).toThrow(/at most 200 levels/);
  });

  test("knows where its mask is, if it has one", () => {
    expect(maskRefOf(createMaskRoi({ id: 1, maskRef: "analysis_arrays/m" }))).toBe("analysis_arrays/m");
    expect(maskRefOf(createRectRoi({ id: 1, bounds: BOUNDS }))).toBeUndefined();
    const data = { x0: 0, x1: 4, y0: 0, y1: 4 };
    const materialised = roiFromEnvelope({
      roi_id: 1,
      data,
      meta: { mask_ref: "analysis_arrays/roi_mask_1" },
    });
    expect(maskRefOf(materialised)).toBe("analysis_arrays/roi_mask_1");
  });
});
