import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createMaskRoi,
  createRectRoi,
  fullBounds,
  type Plane,
  type RoiMask,
  type RoiStats,
  roiStats,
  toStoredStats,
} from "../../src/index.ts";
import { orderBounds } from "../../src/shapes/bounds.ts";
import { anyBounds } from "../support/arbitraries.ts";

const EMPTY = { mean: Number.NaN, sd: Number.NaN, min: Number.NaN, max: Number.NaN, n: 0 };

const plane = (data: ArrayLike<number | bigint>, height = 1): Plane => ({
  data,
  height,
  width: data.length / height,
});
const statsOf = (data: ArrayLike<number | bigint>): RoiStats =>
  roiStats(plane(data), fullBounds(plane(data)));

/** The textbook definition, in two plain loops. */
function naiveStats(values: readonly number[]): RoiStats {
  const valid = values.filter((value) => !Number.isNaN(value));
  if (valid.length === 0) {
    return EMPTY;
  }
  const mean = valid.reduce((total, value) => total + value, 0) / valid.length;
  const variance = valid.reduce((total, value) => total + (value - mean) ** 2, 0) / valid.length;
  return { mean, sd: Math.sqrt(variance), min: Math.min(...valid), max: Math.max(...valid), n: valid.length };
}

function expectClose(found: RoiStats, expected: RoiStats): void {
  const scale = Math.max(Math.abs(expected.min), Math.abs(expected.max));
  expect([found.min, found.max, found.n]).toEqual([expected.min, expected.max, expected.n]);
  if (expected.n === 0) {
    expect(found).toEqual(EMPTY);
    return;
  }
  expect(Math.abs(found.mean - expected.mean)).toBeLessThanOrEqual(1e-12 * scale);
  expect(Math.abs(found.sd - expected.sd)).toBeLessThanOrEqual(1e-12 * scale);
}

const arrays: readonly [string, fc.Arbitrary<ArrayLike<number | bigint>>][] = [
  ["uint8", fc.uint8Array({ maxLength: 60 })],
  ["int16", fc.int16Array({ maxLength: 60 })],
  ["uint16", fc.uint16Array({ maxLength: 60 })],
  ["int32", fc.int32Array({ maxLength: 60 })],
  ["uint32", fc.uint32Array({ maxLength: 60 })],
  ["int64", fc.bigInt64Array({ maxLength: 60, min: -(2n ** 53n), max: 2n ** 53n })],
  ["float32", fc.float32Array({ maxLength: 60, noDefaultInfinity: true })],
  ["float64", fc.array(fc.double({ min: -1e6, max: 1e6 }).map(squarable), { maxLength: 60 })],
];

describe("roiStats", () => {
  test.each(arrays)("of %s are those of a naive loop to 1e-12", (_dtype, array) => {
    fc.assert(
      fc.property(array, (data) => {
        expectClose(statsOf(data), naiveStats(Array.from(data, Number)));
      }),
    );
  });

  test("count the pixels of the region and of the mask, and no others", () => {
    const height = 12;
    const width = 9;
    const pixels = fc.uint16Array({ minLength: height * width, maxLength: height * width });
    const mask = fc
      .record({
        height: fc.nat(8),
        width: fc.nat(8),
        dim0Start: fc.integer({ min: -4, max: 14 }),
        dim1Start: fc.integer({ min: -4, max: 11 }),
      })
      .chain((shape) => {
        const length = shape.height * shape.width;
        return fc
          .array(fc.nat(1), { minLength: length, maxLength: length })
          .map((data): RoiMask => ({ ...shape, data }));
      });
    fc.assert(
      fc.property(pixels, anyBounds, fc.option(mask, { nil: undefined }), (data, any, maybeMask) => {
        const bounds = orderBounds(any);
        const inside: number[] = [];
        data.forEach((value, index) => {
          const [row, column] = [Math.floor(index / width), index % width];
          const isInBounds =
            row >= bounds.dim0Start &&
            row < bounds.dim0Stop &&
            column >= bounds.dim1Start &&
            column < bounds.dim1Stop;
          const isInMask = maybeMask === undefined || isSet(maybeMask, row, column);
          if (isInBounds && isInMask) {
            inside.push(value);
          }
        });
        const options = { mask: maybeMask };
        expectClose(roiStats({ data, height, width }, bounds, options), naiveStats(inside));
        expectClose(
          roiStats({ data, height, width }, createRectRoi({ id: 1, bounds }), options),
          naiveStats(inside),
        );
      }),
    );
  });

  test("of a mask ROI take the mask, wherever it lies", () => {
    const roi = createMaskRoi({ id: 1, maskRef: "m" });
    const image = plane(Uint8Array.of(1, 2, 3, 4, 5, 6), 2);
    const mask = { data: Uint8Array.of(1, 1, 0, 1), height: 2, width: 2, dim1Start: 1 };
    expect(roiStats(image, roi, { mask })).toEqual(naiveStats([2, 3, 6]));
    expect(() => roiStats(image, roi)).toThrow(/ROI 1 is a mask/);
  });

  test("of integers are exact where a sum of doubles is not", () => {
    const big = 2n ** 62n;
    const data = BigInt64Array.of(big, big + 2n, big + 4n);
    expect(statsOf(data)).toEqual({
      mean: Number(big),
      sd: Math.sqrt(8 / 3),
      min: Number(big),
      max: Number(big),
      n: 3,
    });
    expect(statsOf(BigUint64Array.of(0n, 2n ** 64n - 1n)).sd).toBe(2 ** 63);
    expect(statsOf(Uint32Array.of(2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 2)).mean).toBe((3 * 2 ** 32 - 4) / 3);
    expect(statsOf(BigInt64Array.of(-big, -big - 2048n)).mean).toBe(-(2 ** 62) - 1024);
  });

  test("of many large integers do not lose what blocks of sums carry over", () => {
    const n = 100_000;
    const data = Uint32Array.from({ length: n }, (_, index) => (index % 2 === 0 ? 0 : 60_000_000));
    expect(statsOf(data)).toEqual({ mean: 30_000_000, sd: 30_000_000, min: 0, max: 60_000_000, n });
  });

  test("of the same value over and over have no deviation", () => {
    expect(statsOf(new Float64Array(1000).fill(0.1))).toEqual({
      mean: 0.1,
      sd: 0,
      min: 0.1,
      max: 0.1,
      n: 1000,
    });
    expect(statsOf(Uint16Array.of(7))).toEqual({ mean: 7, sd: 0, min: 7, max: 7, n: 1 });
  });

  test("leave NaN out, and are NaN where nothing is left", () => {
    expect(statsOf(Float32Array.of(1.5, Number.NaN, 2.5))).toEqual({
      mean: 2,
      sd: 0.5,
      min: 1.5,
      max: 2.5,
      n: 2,
    });
    expect(statsOf(Float64Array.of(Number.NaN))).toEqual(EMPTY);
    expect(statsOf(new Uint16Array(0))).toEqual(EMPTY);
  });

  test("of doubles near the ends of their range neither overflow nor vanish", () => {
    expectScaled(1e300);
    expectScaled(1e-300);
    const huge = statsOf(Float64Array.of(1.5e308, 1.5e308, 1.2e308));
    expect(huge.mean / 1.4e308).toBeCloseTo(1, 12);
  });

  test("with an infinity have it as their mean and no deviation", () => {
    const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;
    expect(statsOf(Float64Array.of(1, infinity))).toEqual({
      mean: infinity,
      sd: nan,
      min: 1,
      max: infinity,
      n: 2,
    });
    expect(statsOf(Float64Array.of(-infinity, infinity)).mean).toBeNaN();
  });

  test("of a plane whose size and data disagree are refused", () => {
    expect(() =>
      roiStats({ data: [1, 2, 3], height: 2, width: 2 }, fullBounds({ height: 1, width: 1 })),
    ).toThrow(/plane\.data: expected 2 × 2 values, found 3/);
  });
});

describe("toStoredStats", () => {
  test("statistics are stored where there are any", () => {
    expect(toStoredStats({ mean: 1, sd: 2, min: 3, max: 4, n: 5 })).toEqual({
      imgMin: 3,
      imgMax: 4,
      imgMean: 1,
      imgStd: 2,
    });
    expect(toStoredStats(EMPTY)).toBeUndefined();
  });
});

/** The naive loop loses the squares of tiny numbers. */
function squarable(value: number): number {
  return Math.abs(value) < 1e-100 ? 0 : value;
}

function expectScaled(unit: number): void {
  const found = statsOf(Float64Array.of(1 * unit, 2.5 * unit, 4 * unit));
  expect(found.mean / (2.5 * unit)).toBeCloseTo(1, 12);
  expect(found.sd / (Math.sqrt(1.5) * unit)).toBeCloseTo(1, 12);
}

function isSet(mask: RoiMask, row: number, column: number): boolean {
  const [inRow, inColumn] = [row - (mask.dim0Start ?? 0), column - (mask.dim1Start ?? 0)];
  const isInside = inRow >= 0 && inRow < mask.height && inColumn >= 0 && inColumn < mask.width;
  return isInside && mask.data[inRow * mask.width + inColumn] !== 0;
}
