import {
  createLineRoi,
  createMaskRoi,
  createPathRoi,
  createPolygonRoi,
  createRectRoi,
  type Roi,
} from "@kym/roi";
import { describe, expect, it } from "vitest";
import { hitPlace, roiOutline, slopeMarks, traceRuns, valueRange } from "../../src/index.ts";

const NONE = Number.NaN;
const REGION = { lineStart: 0, lineStop: 100, columnStart: 10, columnStop: 30 };

describe("a slope mark", () => {
  it("passes through the middle of its window and region, and is as steep as what was measured", () => {
    const trace = {
      centreLine: Float64Array.of(8, 12, 16),
      pxPerLine: Float64Array.of(1, -0.5, 0),
      windowLines: 16,
    };
    expect(slopeMarks(trace, REGION)).toEqual([
      { window: 0, from: { line: 0, column: 12 }, to: { line: 16, column: 28 } },
      { window: 1, from: { line: 4, column: 24 }, to: { line: 20, column: 16 } },
      { window: 2, from: { line: 8, column: 20 }, to: { line: 24, column: 20 } },
    ]);
  });

  it("ends at the edges of the region where a streak leaves it within the window", () => {
    const trace = { centreLine: Float64Array.of(50), pxPerLine: Float64Array.of(4), windowLines: 16 };
    expect(slopeMarks(trace, REGION)).toEqual([
      { window: 0, from: { line: 47.5, column: 10 }, to: { line: 52.5, column: 30 } },
    ]);
    expect(slopeMarks(trace, REGION, 0.5)[0]?.from).toEqual({ line: 48.75, column: 15 });
  });

  it("is left out for a window without a number, and for one beside the region or without a place", () => {
    const trace = {
      centreLine: Float64Array.of(8, 12, 101, NONE, 100),
      pxPerLine: Float64Array.of(NONE, Number.POSITIVE_INFINITY, 1, 1, 1),
      windowLines: 16,
    };
    expect(slopeMarks(trace, REGION).map(({ window }) => window)).toEqual([4]);
  });
});

describe("a trace", () => {
  it("is drawn in pieces: a gap stays a gap, and zero is a value", () => {
    expect(traceRuns(Float64Array.of(NONE, 1, 0, NONE, NONE, 2, Number.POSITIVE_INFINITY, 3))).toEqual([
      { start: 1, stop: 3 },
      { start: 5, stop: 6 },
      { start: 7, stop: 8 },
    ]);
    expect(traceRuns(Float64Array.of(NONE, NONE))).toEqual([]);
    expect(traceRuns(Float64Array.of(1, 2))).toEqual([{ start: 0, stop: 2 }]);
  });

  it("has an axis that shows zero and all values but a few outliers, which are counted", () => {
    const values = Float64Array.from({ length: 1000 }, (_, index) =>
      index === 500 ? 5000 : -1 - (index % 2),
    );
    const { from, to, beyond } = valueRange(values);
    expect([from, to, beyond]).toEqual([-2.12, 0.12, 1]);
    expect(valueRange(Float64Array.of(0, NONE))).toEqual({ from: -1, to: 1, beyond: 0 });
    expect(valueRange(new Float64Array(0))).toEqual({ from: -1, to: 1, beyond: 0 });
  });
});

describe("the outline of a ROI", () => {
  const fields = { id: 1 };

  it("runs along the outer edges of a rect, through the points of a path, and closes where the ROI does", () => {
    const rect = createRectRoi({
      ...fields,
      bounds: { dim0Start: 2, dim0Stop: 5, dim1Start: 1, dim1Stop: 3 },
    });
    expect(roiOutline(rect)).toEqual({
      drawn: "closed",
      points: [
        { dim0: 2, dim1: 1 },
        { dim0: 5, dim1: 1 },
        { dim0: 5, dim1: 3 },
        { dim0: 2, dim1: 3 },
      ],
    });
    const points = [
      { dim0: 0.5, dim1: 0.5 },
      { dim0: 9.5, dim1: 0.5 },
      { dim0: 9.5, dim1: 4 },
    ];
    expect(roiOutline(createPolygonRoi({ ...fields, points }))).toEqual({ drawn: "closed", points });
    const [from, to] = points as [(typeof points)[0], (typeof points)[0]];
    expect(roiOutline(createLineRoi({ ...fields, points: [from, to] }))?.drawn).toBe("open");
  });

  it("is a set of dots for a type whose points nothing joins", () => {
    const points = [{ dim0: 1.5, dim1: 2.5 }];
    const polyline = createPathRoi({
      ...fields,
      type: "polyline",
      points: [...points, { dim0: 3, dim1: 4 }],
    });
    const marked: Roi = Object.assign({ ...polyline, points }, { type: "point" as "polyline" });
    expect(roiOutline(marked)).toEqual({ drawn: "dots", points });
  });

  it("is not known of a mask", () => {
    expect(roiOutline(createMaskRoi({ ...fields, maskRef: "analysis_arrays/roi_mask_1" }))).toBeUndefined();
  });
});

describe("a place of the picture", () => {
  const roi = createRectRoi({ id: 7, bounds: { dim0Start: 200, dim0Stop: 400, dim1Start: 4, dim1Stop: 12 } });
  const view = {
    lines: { from: 100, to: 700, start: 72, stop: 672 },
    columns: { from: 0, to: 20, start: 50, stop: 130 },
    size: { lines: 700, columns: 20 },
    pixelSize: { secondsPerLine: 0.002, umPerPx: 0.5 },
  };

  it("is a position to a fraction of a pixel, in seconds and micrometres, with its pixel and ROI", () => {
    const hit = hitPlace(view, { alongLines: 222.5, alongColumns: 82 }, { rois: [roi] });
    expect(hit).toMatchObject({
      line: 250.5,
      column: 8,
      pixel: { line: 250, column: 8 },
      timeS: 0.501,
      positionUm: 4,
      roi: { roi: { id: 7 }, mode: "moving" },
    });
  });

  it("has no time without a line period, no pixel beside the image, and an edge of a ROI within the tolerance of the screen", () => {
    const raw = { ...view, pixelSize: { secondsPerLine: null, umPerPx: null } };
    expect(hitPlace(raw, { alongLines: 72, alongColumns: 50 })).toEqual({
      ...{ line: 100, column: 0, pixel: { line: 100, column: 0 } },
      ...{ timeS: null, positionUm: null, roi: undefined },
    });
    expect(hitPlace(view, { alongLines: 672, alongColumns: 60 }).pixel).toBeUndefined();
    expect(hitPlace(view, { alongLines: 100, alongColumns: 49.9 }).pixel).toBeUndefined();
    const above = { alongLines: 300, alongColumns: 64 };
    expect(hitPlace(view, above, { rois: [roi] }).roi).toBeUndefined();
    expect(hitPlace(view, above, { rois: [roi], tolerance: 3 }).roi?.mode).toBe("resizing_dim1_start");
  });
});
