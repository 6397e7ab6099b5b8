// Checks that ranges stay within their bounds and keep what is below the pointer.

import fc from "fast-check";
import { expect, test } from "vitest";
import { clampRange, panRange, zoomRange } from "../../src/model/time-range.ts";

const BOUNDS = { start: 0, stop: 1000 };

test("a range is moved into its bounds, keeps its extent, and has at least 8 lines", () => {
  expect(clampRange({ start: -50, stop: 50 }, BOUNDS)).toEqual({ start: 0, stop: 100 });
  expect(clampRange({ start: 990, stop: 1100 }, BOUNDS)).toEqual({ start: 890, stop: 1000 });
  expect(clampRange({ start: 499, stop: 500 }, BOUNDS)).toEqual({ start: 495.5, stop: 503.5 });
  expect(clampRange({ start: 0, stop: Number.NaN }, BOUNDS)).toEqual(BOUNDS);
  expect(clampRange({ start: 0, stop: 1 }, { start: 0, stop: 3 })).toEqual({ start: 0, stop: 3 });
  expect(clampRange({ start: 0, stop: 1e9 }, { start: 200, stop: 300 })).toEqual({ start: 200, stop: 300 });
});

test("zooming keeps the line below the pointer where it is, unless the bounds are in the way", () => {
  expect(zoomRange({ start: 400, stop: 600 }, 0.5, 450, BOUNDS)).toEqual({ start: 425, stop: 525 });
  expect(zoomRange({ start: 400, stop: 600 }, 1e9, 450, BOUNDS)).toEqual(BOUNDS);
  expect(zoomRange({ start: 400, stop: 600 }, 0, 500, BOUNDS)).toEqual({ start: 496, stop: 504 });
});

test("moving by an infinite share goes to the end", () => {
  expect(panRange({ start: 100, stop: 200 }, 0.5, BOUNDS)).toEqual({ start: 150, stop: 250 });
  expect(panRange({ start: 100, stop: 200 }, Number.POSITIVE_INFINITY, BOUNDS)).toEqual({
    start: 900,
    stop: 1000,
  });
  expect(panRange({ start: 100, stop: 200 }, Number.NEGATIVE_INFINITY, BOUNDS)).toEqual({
    start: 0,
    stop: 100,
  });
});

test("whatever is asked for, a range lies within its bounds and is not empty", () => {
  const number = fc.double({ noDefaultInfinity: false });
  fc.assert(
    fc.property(
      number,
      number,
      fc.integer({ min: 1, max: 1e9 }),
      fc.double({ min: 0, max: 1e6 }),
      (start, stop, lines, factor) => {
        const bounds = { start: 0, stop: lines };
        const clamped = clampRange({ start, stop }, bounds);
        for (const range of [
          clamped,
          zoomRange(clamped, factor, lines / 3, bounds),
          panRange(clamped, factor, bounds),
        ]) {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.stop).toBeLessThanOrEqual(lines * (1 + 1e-12));
          expect(range.stop - range.start).toBeGreaterThan(Math.min(8, lines) * (1 - 1e-6));
        }
      },
    ),
    { numRuns: 200 },
  );
});
