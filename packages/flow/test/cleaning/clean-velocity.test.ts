import { expect, test } from "vitest";
import { cleanVelocity } from "../../src/index.ts";

const CALIBRATION = { secondsPerLine: 0.001, umPerPixel: 0.5 };
const NAN = Number.NaN;

test("ours keeps a missing window from spoiling its neighbours, and cuts at 2 SD of what is known", async () => {
  const velocityMmPerS = Float64Array.of(1, 1.1, NAN, 0.9, 1, NAN, NAN, NAN, 1.2, 1, 9, 1, 1.1);
  const clean = await cleanVelocity({ velocityMmPerS, ...CALIBRATION });
  expect(Array.from(clean.subarray(0, 2))).toEqual([1.05, 1.05]);
  expect(clean[2]).toBe(1);
  expect(Array.from(clean.subarray(5, 8))).toEqual([1, NAN, 1.2]);
  expect(Array.from(clean.subarray(9))).toEqual([1.1, 1, 1.05, 1.05]);
});

test("the lab's rule takes the velocity of 90° for mean and SD, so that outliers stay where one is", async () => {
  const velocityMmPerS = new Float64Array(40).fill(1).fill(8, 20, 23);
  const cut = await cleanVelocity({ velocityMmPerS, ...CALIBRATION, version: "lab" });
  expect(cut[21]).toBe(NAN);
  velocityMmPerS[30] = NAN;
  const thetaDeg = velocityMmPerS.map((value) => (Number.isNaN(value) ? 90 : 45));
  const kept = await cleanVelocity({ velocityMmPerS, thetaDeg, ...CALIBRATION, version: "lab" });
  expect(kept[21]).toBe(8);
  const ours = await cleanVelocity({ velocityMmPerS, thetaDeg, ...CALIBRATION });
  expect(ours[21]).toBe(NAN);
  const smoothed = await cleanVelocity({ velocityMmPerS, ...CALIBRATION, cut: false });
  expect(smoothed[21]).toBe(8);
});

test("nothing is cleaned to nothing", async () => {
  for (const version of ["lab", "finite_median"] as const) {
    expect(await cleanVelocity({ velocityMmPerS: new Float64Array(0), ...CALIBRATION, version })).toEqual(
      new Float64Array(0),
    );
  }
});

test("a long trace lets other work run, and an abort ends it", async () => {
  const velocityMmPerS = new Float64Array(2_000_000).fill(1);
  for (const version of ["lab", "finite_median"] as const) {
    const stop = new AbortController();
    const cleaning = cleanVelocity({ velocityMmPerS, ...CALIBRATION, version, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 1);
    await expect(cleaning).rejects.toThrow("enough");
  }
});
