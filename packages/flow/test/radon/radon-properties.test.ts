import { expect, test } from "vitest";
import { type RadonVelocityTrace, radonVelocity } from "../../src/index.ts";
import { mapPixels, mirrored, movingPlane, noisePlane, UNCALIBRATED } from "../support/made-planes.ts";

const TIE = 1e-6;

/** Modulo 180°, from 0 on. */
const turned = (degrees: number): number => ((degrees % 180) + 180) % 180;

function anglesOf({ thetaDeg, margin }: RadonVelocityTrace): readonly { theta: number; isSure: boolean }[] {
  return Array.from(thetaDeg, (theta, window) => ({ theta, isSure: margin[window]! > TIE }));
}

test.each([7, 11, 19, 37])("of %i columns, the mirrored image has the opposite angle", async (columns) => {
  for (const plane of [movingPlane(400, columns, 0.7), noisePlane(400, columns)]) {
    const angles = anglesOf(await radonVelocity(plane, UNCALIBRATED));
    const other = anglesOf(await radonVelocity(mirrored(plane), UNCALIBRATED));
    const sure = angles.filter(({ isSure }) => isSure);
    expect(sure.length).toBeGreaterThan(0.9 * angles.length);
    for (const [window, { theta, isSure }] of angles.entries()) {
      expect(isSure ? turned(theta) : 0).toBe(isSure ? turned(-other[window]!.theta) : 0);
    }
  }
});

test.each([-7, -1, 3, 20])("pixels times 2 to the power of %i give exactly the same trace", async (power) => {
  const plane = noisePlane(300, 20);
  const trace = await radonVelocity(plane, UNCALIBRATED);
  const scaled = await radonVelocity(
    mapPixels(plane, (value) => value * 2 ** power),
    UNCALIBRATED,
  );
  expect(scaled).toEqual(trace);
});

test("without its first step, a scan has exactly the same trace, a window shorter", async () => {
  const plane = noisePlane(1200, 13);
  const trace = await radonVelocity(plane, UNCALIBRATED);
  const region = { lineStart: 4, lineStop: 1200, columnStart: 0, columnStop: 13 };
  const shifted = await radonVelocity(plane, { ...UNCALIBRATED, region });
  expect(shifted.windowCount).toBe(trace.windowCount - 1);
  for (const name of ["centreLine", "thetaDeg", "pxPerLine", "margin", "peakRatio", "spread"] as const) {
    expect(Array.from(shifted[name])).toEqual(Array.from(trace[name].subarray(1)));
  }
});

test("a constant more changes no angle that is sure", async () => {
  const plane = noisePlane(600, 16);
  const angles = anglesOf(await radonVelocity(plane, UNCALIBRATED));
  for (const constant of [0.1, 1000, 1e6]) {
    const more = mapPixels(plane, (value) => value + constant);
    const other = anglesOf(await radonVelocity(more, UNCALIBRATED));
    for (const [window, { theta, isSure }] of angles.entries()) {
      expect(isSure ? other[window]!.theta : 0).toBe(isSure ? theta : 0);
    }
  }
});

test("a pattern that moves is read to a few percent, in both directions", async () => {
  for (const pxPerLine of [0.5, 1, 2, -0.5, -1, -2]) {
    const { pxPerLine: found } = await radonVelocity(movingPlane(800, 38, pxPerLine), UNCALIBRATED);
    const middle = found.toSorted()[found.length >> 1]!;
    expect(Math.abs(middle - pxPerLine)).toBeLessThan(0.08 * Math.abs(pxPerLine));
  }
});

test("a still pattern reads exactly 0, and without its columns nothing of it is left", async () => {
  const still = movingPlane(200, 21, 0, { noise: 0 });
  const trace = await radonVelocity(still, { secondsPerLine: 0.001, umPerPixel: 0.5 });
  expect(new Set(trace.velocityMmPerS)).toEqual(new Set([0]));
  const removed = await radonVelocity(still, { ...UNCALIBRATED, removeStaticColumns: true });
  expect(removed.algorithm).toBe("kym.radon.static_columns_removed@1");
  expect(new Set(removed.thetaDeg)).toEqual(new Set([Number.NaN]));
});
