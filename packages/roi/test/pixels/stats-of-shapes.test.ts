import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  containsPoint,
  createPolygonRoi,
  createPolylineRoi,
  type Plane,
  type Roi,
  type RoiMask,
  type RoiStats,
  rasterize,
  roiBounds,
  roiStats,
} from "../../src/index.ts";
import { intersectBounds, orderBounds } from "../../src/shapes/bounds.ts";
import { anyRoi } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const HEIGHT = 30;
const WIDTH = 25;

const pixels = fc.oneof(
  fc.uint16Array({ minLength: HEIGHT * WIDTH, maxLength: HEIGHT * WIDTH }),
  fc.float32Array({ minLength: HEIGHT * WIDTH, maxLength: HEIGHT * WIDTH, min: -1000, max: 1000 }),
  fc
    .array(fc.double({ min: -1e6, max: 1e6 }), { minLength: HEIGHT * WIDTH, maxLength: HEIGHT * WIDTH })
    .map((values) => values.map((value) => (Math.abs(value) < 1e-100 ? 0 : value))),
);

const mask: RoiMask = {
  data: Uint8Array.from({ length: 20 * 20 }, (_, index) => (index % 3 === 0 ? 1 : 0)),
  height: 20,
  width: 20,
  dim0Start: 4,
  dim1Start: -3,
};

/** The textbook definition over the pixels whose centre the ROI contains. */
function naiveStats({ data, height, width, dim0Start = 0, dim1Start = 0 }: Plane, roi: Roi): RoiStats {
  const values = Array.from(data, Number).filter((value, index) => {
    const row = dim0Start + Math.floor(index / width);
    const column = dim1Start + (index % width);
    return !Number.isNaN(value) && containsPoint(roi, row + 0.5, column + 0.5, { mask });
  });
  expect(data.length).toBe(height * width);
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  return { mean, sd: Math.sqrt(variance), min: Math.min(...values), max: Math.max(...values), n };
}

function expectSame(found: RoiStats, expected: RoiStats): void {
  expect(found.n).toBe(expected.n);
  if (expected.n === 0) {
    expect(found).toEqual({ mean: Number.NaN, sd: Number.NaN, min: Number.NaN, max: Number.NaN, n: 0 });
    return;
  }
  const scale = 1e-12 * Math.max(Math.abs(expected.min), Math.abs(expected.max));
  expect([found.min, found.max]).toEqual([expected.min, expected.max]);
  expect(Math.abs(found.mean - expected.mean)).toBeLessThanOrEqual(scale);
  expect(Math.abs(found.sd - expected.sd)).toBeLessThanOrEqual(scale);
}

/** A plane that notes which of its pixels are read. */
function watchedPlane(plane: Plane): { readonly plane: Plane; readonly read: Set<number> } {
  const read = new Set<number>();
  const data = new Proxy(Array.from(plane.data), {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) {
        read.add(Number(key));
      }
      return Reflect.get(target, key);
    },
  });
  return { plane: { ...plane, data }, read };
}

describe("roiStats, of any ROI,", () => {
  test("are those of a naive loop over the pixels whose centre it contains, to 1e-12", () => {
    fc.assert(
      fc.property(anyRoi, pixels, (roi, data) => {
        const plane = { data, height: HEIGHT, width: WIDTH };
        expectSame(roiStats(plane, roi, roi.type === "mask" ? { mask } : {}), naiveStats(plane, roi));
      }),
      { numRuns: 300 },
    );
  });

  test("are the same from a region that holds its pixels as from the whole plane", () => {
    fc.assert(
      fc.property(anyRoi, pixels, (roi, data) => {
        const whole = { data, height: HEIGHT, width: WIDTH };
        const options = roi.type === "mask" ? { mask } : {};
        const { dim0Start, dim0Stop, dim1Start, dim1Stop } = intersectBounds(
          { dim0Start: 0, dim0Stop: HEIGHT, dim1Start: 0, dim1Stop: WIDTH },
          roiBounds(roi, { mask }),
        );
        const [height, width] = [dim0Stop - dim0Start, dim1Stop - dim1Start];
        const crop = Array.from({ length: height * width }, (_, index) => {
          const row = dim0Start + Math.floor(index / width);
          return data[row * WIDTH + dim1Start + (index % width)] ?? 0;
        });
        const region = { data: crop, height, width, dim0Start, dim1Start };
        expect(roiStats(region, roi, options)).toEqual(roiStats(whole, roi, options));
      }),
      { numRuns: 200 },
    );
  });

  test("read the pixels that are covered and no others", () => {
    fc.assert(
      fc.property(anyRoi, (roi) => {
        const all = Uint16Array.from({ length: HEIGHT * WIDTH }, (_, index) => index);
        const { plane, read } = watchedPlane({ data: all, height: HEIGHT, width: WIDTH });
        const options = roi.type === "mask" ? { mask } : {};
        roiStats(plane, roi, options);
        const raster = rasterize(roi, plane, options);
        const covered = all.filter((index) => {
          const row = Math.floor(index / WIDTH) - raster.dim0Start;
          const column = (index % WIDTH) - raster.dim1Start;
          const isIn = row >= 0 && row < raster.height && column >= 0 && column < raster.width;
          return isIn && raster.data[row * raster.width + column] === 1;
        });
        expect([...read].toSorted((a, b) => a - b)).toEqual([...covered]);
      }),
      { numRuns: 200 },
    );
  });

  test("are exact for integers that a sum of doubles would lose", () => {
    const big = 2n ** 62n;
    const data = BigInt64Array.from({ length: 9 }, (_, index) => big + BigInt(index));
    const corner = createPolygonRoi({ id: 1, points: points(0, 0, 0, 2.5, 2.5, 0) });
    // The pixels 0, 1 and 3.
    expect(roiStats({ data, height: 3, width: 3 }, corner)).toEqual({
      mean: Number(big),
      sd: Math.sqrt(14) / 3,
      min: Number(big),
      max: Number(big),
      n: 3,
    });
  });

  test("count a pixel once where a polyline passes it twice", () => {
    const data = Uint8Array.from({ length: 16 }, (_, index) => index);
    const path = createPolylineRoi({ id: 1, points: points(0.5, 0.5, 0.5, 3.5, 0.5, 0.5, 2.5, 0.5) });
    expect(roiStats({ data, height: 4, width: 4 }, path)).toMatchObject({ n: 6, min: 0, max: 8, mean: 3 });
  });

  test("of a mask option and a polygon are those of the pixels in both", () => {
    const data = Uint8Array.from({ length: 16 }, (_, index) => index);
    const polygon = createPolygonRoi({ id: 1, points: points(0, 0, 0, 4, 2, 4, 2, 0) });
    const column = { data: [1, 1, 1, 1], height: 4, width: 1, dim1Start: 3 };
    expect(roiStats({ data, height: 4, width: 4 }, polygon, { mask: column })).toMatchObject({
      n: 2,
      min: 3,
      max: 7,
    });
  });

  test("of bounds in place of a ROI take a region's offset, too", () => {
    const region = { data: [1, 2, 3, 4], height: 2, width: 2, dim0Start: 10, dim1Start: 20 };
    const bounds = orderBounds({ dim0Start: 11, dim0Stop: 99, dim1Start: 0, dim1Stop: 21 });
    expect(roiStats(region, bounds)).toMatchObject({ n: 1, mean: 3 });
    expect(() => roiStats({ ...region, dim0Start: 0.5 }, bounds)).toThrow(/plane\.dim0Start/);
  });
});
