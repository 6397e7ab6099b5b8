import { expect, test } from "vitest";
import { lspivVelocity, radonVelocity } from "../../src/index.ts";
import { FastFourier } from "../../src/lspiv/fast-fourier.ts";
import { naturalLog } from "../../src/lspiv/natural-log.ts";
import { chance, mapPixels, movingPlane, noisePlane, UNCALIBRATED } from "../support/made-planes.ts";

const middleOf = (values: Float64Array): number => values.toSorted()[values.length >> 1]!;

test("speeds of both signs are read to a few percent, by any shift that they do not outrun", async () => {
  for (const pxPerLine of [0.5, 1, 3, -0.5, -2, -5]) {
    const plane = movingPlane(400, 40, pxPerLine);
    for (const shiftLines of [1, 3]) {
      const trace = await lspivVelocity(plane, { ...UNCALIBRATED, shiftLines });
      expect(trace).toMatchObject({ algorithm: "kym.lspiv@1", shiftLines, windowLines: 16, windowCount: 97 });
      expect(Math.abs(middleOf(trace.pxPerLine) - pxPerLine)).toBeLessThan(0.1 * Math.abs(pxPerLine));
    }
  }
});

test("its windows are those of the Radon transform, so that the two can be compared one by one", async () => {
  const plane = movingPlane(200, 30, 1.5);
  const options = { windowLines: 24, secondsPerLine: 0.001, umPerPixel: 0.5 };
  const [lspiv, radon] = [await lspivVelocity(plane, options), await radonVelocity(plane, options)];
  expect(lspiv.timeS).toEqual(radon.timeS);
  expect(lspiv.windowCount).toBe(radon.windowCount);
});

test("static columns do not move, bad pixels spoil their windows alone, and nothing gives nothing", async () => {
  const moving = movingPlane(400, 40, 2);
  const random = chance(8);
  const columns = Float64Array.from({ length: 40 }, () => 2000 * random());
  const striped = mapPixels(moving, (value, _, column) => value + columns[column]!);
  expect(Math.abs(middleOf((await lspivVelocity(striped, UNCALIBRATED)).pxPerLine) - 2)).toBeLessThan(0.1);
  const spoiled = mapPixels(moving, (value, line, column) =>
    line === 100 && column === 3 ? Number.NaN : value,
  );
  const trace = await lspivVelocity(spoiled, UNCALIBRATED);
  for (const [window, speed] of trace.pxPerLine.entries()) {
    expect([window, Number.isNaN(speed)]).toEqual([window, window * 4 <= 100 && 100 < window * 4 + 16]);
  }
  const flat = { pixels: new Uint8Array(64 * 8).fill(7), lines: 64, columns: 8 };
  expect(new Set((await lspivVelocity(flat, UNCALIBRATED)).pxPerLine)).toEqual(new Set([Number.NaN]));
  expect((await lspivVelocity(noisePlane(8, 8), UNCALIBRATED)).windowCount).toBe(0);
  await expect(lspivVelocity(flat, { ...UNCALIBRATED, shiftLines: 16 })).rejects.toThrow(
    "shiftLines: expected",
  );
});

test("the transform there and back is what it was, and at each frequency the sum that it is defined as", () => {
  const random = chance(2);
  for (const size of [2, 8, 64]) {
    const values = Float64Array.from({ length: size }, () => random());
    const [re, im] = [values.slice(), new Float64Array(size)];
    const fourier = new FastFourier(size);
    fourier.forward({ re, im });
    for (let k = 0; k < size; k += 1) {
      const turn = (n: number): number => (2 * Math.PI * ((k * n) % size)) / size;
      const cosines = values.reduce((sum, value, n) => sum + value * Math.cos(turn(n)), 0);
      const sines = values.reduce((sum, value, n) => sum - value * Math.sin(turn(n)), 0);
      expect(Math.abs(re[k]! - cosines) + Math.abs(im[k]! - sines)).toBeLessThan(1e-12);
    }
    fourier.inverse({ re, im });
    expect(Math.max(...re.map((value, index) => Math.abs(value - values[index]!)))).toBeLessThan(1e-14);
  }
});

test("the logarithm is that of the runtime to some units in the last place", () => {
  const random = chance(6);
  for (let count = 0; count < 1000; count += 1) {
    const value = 10 ** (40 * random() - 20);
    expect(Math.abs(naturalLog(value) - Math.log(value))).toBeLessThan(2e-14);
  }
  expect([naturalLog(1), naturalLog(0), naturalLog(-1)]).toEqual([0, Number.NaN, Number.NaN]);
});
