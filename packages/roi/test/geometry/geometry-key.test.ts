import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createLineRoi,
  createMaskRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  geometryKey,
  roiFromEnvelope,
  toEnvelope,
} from "../../src/index.ts";
import { anyRoi } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const BOUNDS = { dim0Start: 0, dim0Stop: 30000, dim1Start: 0, dim1Stop: 38 };

describe("geometryKey", () => {
  test("the text is what it always was, since hashes of it are stored", () => {
    expect(geometryKey(createRectRoi({ id: 1, bounds: BOUNDS }))).toBe(
      '{"bounds":[0,30000,0,38],"channel":1,"type":"rect","z":0}',
    );
    expect(geometryKey(createMaskRoi({ id: 2, maskRef: "analysis_arrays/é", channel: 2, z: 3 }))).toBe(
      '{"channel":2,"mask_ref":"analysis_arrays/é","type":"mask","z":3}',
    );
    expect(geometryKey(createLineRoi({ id: 3, points: points(0, 1.5, 1e-7, 2) }))).toBe(
      '{"channel":1,"points":[[0,1.5],[1e-7,2]],"type":"line","z":0}',
    );
    expect(geometryKey(createPolygonRoi({ id: 4, points: points(0, 1, 2, 3, 0.1, 5) }))).toBe(
      '{"channel":1,"points":[[0,1],[2,3],[0.1,5]],"type":"polygon","z":0}',
    );
  });

  test("id, name, note, revision, statistics and extra keys have no part in it", () => {
    const stats = { imgMin: 1, imgMax: 2, imgMean: 1.5, imgStd: 0.5 };
    const other = createRectRoi({
      ...{ id: 9, name: "n", note: "n", revision: 7, stats, bounds: BOUNDS },
      ...{ meta: { colour: "red" }, extra: { by: "someone" }, dataExtra: { angle: 0 } },
    });
    expect(geometryKey(other)).toBe(geometryKey(createRectRoi({ id: 1, bounds: BOUNDS })));
  });

  test("every edge and point, the channel and z have a part in it", () => {
    const keys = [
      ...Object.keys(BOUNDS).map((edge) => createRectRoi({ id: 1, bounds: { ...BOUNDS, [edge]: 11 } })),
      createRectRoi({ id: 1, bounds: BOUNDS }),
      createRectRoi({ id: 1, bounds: BOUNDS, channel: 2 }),
      createRectRoi({ id: 1, bounds: BOUNDS, z: 2 }),
      createMaskRoi({ id: 1, maskRef: "a" }),
      createMaskRoi({ id: 1, maskRef: "b" }),
      createLineRoi({ id: 1, points: points(0, 0, 1, 1) }),
      createLineRoi({ id: 1, points: points(1, 1, 0, 0) }),
      createPolylineRoi({ id: 1, points: points(0, 0, 1, 1) }),
      createPolygonRoi({ id: 1, points: points(0, 0, 1, 1) }),
      createPolygonRoi({ id: 1, points: points(0, 0, 1, 1, 1, 2) }),
    ].map(geometryKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("it is compact JSON with sorted keys, and storing a ROI does not change it", () => {
    fc.assert(
      fc.property(anyRoi, (roi) => {
        const key = geometryKey(roi);
        const parsed: Record<string, unknown> = JSON.parse(key);
        const sorted = Object.fromEntries(Object.entries(parsed).toSorted(([a], [b]) => (a < b ? -1 : 1)));
        expect(JSON.stringify(sorted)).toBe(key);
        expect(geometryKey(roiFromEnvelope(JSON.parse(JSON.stringify(toEnvelope(roi)))))).toBe(key);
      }),
    );
  });
});
