import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secondsPerLine, statedCalibration, umPerPx } from "../../src/simulator/scan-geometry.ts";

describe("the scan's geometry", () => {
  it("has the pixel sizes that real headers state for their zooms", () => {
    const stated = [3.5, 3, 2.21, 1.2].map(
      (zoom) => statedCalibration({ lines: 30_000, px: 30, zoom }).umPerPx,
    );
    expect(stated).toEqual([0.284, 0.331, 0.45, 0.829]);
  });

  it("states a line period that is a little short, as headers do, and never by more than one line and half a ms", () => {
    const geometries = fc.record({
      lines: fc.integer({ min: 100, max: 40_000 }),
      px: fc.integer({ min: 1, max: 512 }),
      zoom: fc.double({ min: 1, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(geometries, (geometry) => {
        const trueS = secondsPerLine(geometry) * geometry.lines;
        const missingS = trueS - statedCalibration(geometry).durationS;
        expect(missingS).toBeGreaterThan(0);
        expect(missingS).toBeLessThanOrEqual(secondsPerLine(geometry) + 0.0005 + 1e-9);
        expect(Math.abs(statedCalibration(geometry).umPerPx - umPerPx(geometry))).toBeLessThanOrEqual(
          0.0005 + 1e-9,
        );
      }),
    );
  });
});
