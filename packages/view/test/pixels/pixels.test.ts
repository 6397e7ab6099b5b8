import fc from "fast-check";
import { expect, it } from "vitest";
import { contrastOf, LineReduction, levelOf, nearestLines, paintLevels } from "../../src/index.ts";

it("contrast lies between two percentiles as numpy has them, and pixels that are not finite do not count", () => {
  // numpy.percentile([1, 2, 4, 8, 16], [1, 50, 99.5]) = [1.04, 4., 15.84]
  const { low, high } = contrastOf(Uint16Array.of(16, 1, 8, 2, 4));
  expect([low, high]).toEqual([1.04, 15.84]);
  const half = contrastOf(Float32Array.of(Number.NaN, 4, Number.POSITIVE_INFINITY, 2), {
    lowPercent: 0,
    highPercent: 50,
  });
  expect(half).toEqual({ low: 2, high: 3 });
  expect(contrastOf(new Float64Array(0))).toEqual({ low: 0, high: 0 });
  expect(contrastOf(Int16Array.of(-5))).toEqual({ low: -5, high: -5 });
});

it("levels are linear between both ends; beyond them and without a number they are the ends", () => {
  const contrast = { low: 100, high: 355 };
  expect([-9, 100, 101, 227.4, 355, 1e9, Number.NaN].map((value) => levelOf(value, contrast))).toEqual([
    0, 0, 1, 127, 255, 255, 0,
  ]);
  expect([4, 5, 6].map((value) => levelOf(value, { low: 5, high: 5 }))).toEqual([0, 0, 255]);
});

it("a picture has time to the right and column 0 on top", () => {
  const plane = { pixels: Uint8Array.of(0, 10, 20, 30, 40, 50), lines: 3, columns: 2 };
  expect(paintLevels(plane, { low: 0, high: 255 })).toEqual({
    levels: Uint8Array.of(0, 20, 40, 10, 30, 50),
    width: 3,
    height: 2,
  });
});

it("bins keep the minimum and maximum of their lines, however the lines arrive", () => {
  const pixel = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN));
  const size = {
    lines: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 4 }),
    bins: fc.integer({ min: 1, max: 45 }),
  };
  fc.assert(
    fc.property(
      fc.record(size),
      fc.infiniteStream(pixel),
      fc.integer({ min: 1, max: 9 }),
      ({ lines, columns, bins }, stream, step) => {
        const pixels = Float64Array.from(stream.take(lines * columns));
        const reduction = new LineReduction({ lines, columns, bins });
        for (let first = 0; first < lines; first += step) {
          const part = pixels.subarray(first * columns, (first + step) * columns);
          reduction.add(first, { pixels: part, lines: part.length / columns, columns });
        }
        const count = Math.min(bins, lines);
        expect(reduction.bins).toBe(count);
        for (let bin = 0; bin < count; bin++) {
          const [start, stop] = [Math.floor((bin * lines) / count), Math.floor(((bin + 1) * lines) / count)];
          for (let column = 0; column < columns; column++) {
            const values = Array.from(
              { length: stop - start },
              (_, line) => pixels[(start + line) * columns + column] ?? 0,
            );
            const numbers = values.filter((value) => !Number.isNaN(value));
            const [least, most] =
              numbers.length === 0 ? [Number.NaN, Number.NaN] : [Math.min(...numbers), Math.max(...numbers)];
            expect(reduction.minimum[bin * columns + column]).toBe(least);
            expect(reduction.maximum[bin * columns + column]).toBe(most);
          }
        }
      },
    ),
    { numRuns: 100 },
  );
});

it("a reduced plane has the minimum and then the maximum of each bin, so that a streak of one line stays", () => {
  const pixels = new Uint8Array(100 * 2).fill(7);
  pixels[2 * 42] = 200;
  const reduction = new LineReduction({ lines: 100, columns: 2, bins: 2 });
  reduction.add(0, { pixels, lines: 100, columns: 2 });
  expect(reduction.plane()).toEqual({
    pixels: Float64Array.of(7, 7, 200, 7, 7, 7, 7, 7),
    lines: 4,
    columns: 2,
  });
});

it("the lines that stand for bins are those in their middle, and all lines if there are no more", () => {
  expect(nearestLines(100, 4)).toEqual([12, 37, 62, 87]);
  expect(nearestLines(3, 1200)).toEqual([0, 1, 2]);
  expect(nearestLines(30_000, 1200).slice(0, 2)).toEqual([12, 37]);
  expect(nearestLines(0, 5)).toEqual([]);
});
