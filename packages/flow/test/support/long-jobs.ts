// Every function of the package on inputs that take long: what a test and a benchmark hold against the clock.

import {
  cleanVelocity,
  detectGaps,
  detectVelocityEvents,
  diameter,
  heartRate,
  lspivVelocity,
  radonVelocity,
  type TimedVelocity,
} from "../../src/index.ts";
import { chance, noisePlane } from "./made-planes.ts";

const RATE_HZ = 214;
const CALIBRATION = { secondsPerLine: 0.001, umPerPixel: 0.3 };

export interface LongSizes {
  readonly windows: number;
  /** Of the passes that are quick. */
  readonly manyWindows: number;
  readonly lombFrequencies: number;
  readonly lines: number;
  /** Lines of a large window, and the columns of its plane. */
  readonly largeWindow: readonly [windowLines: number, columns: number];
}

/** By name, what runs a function on so many windows, or so many lines of 38 pixels. */
export function longJobs(sizes: LongSizes): ReadonlyMap<string, () => Promise<unknown>> {
  const { lombFrequencies, lines } = sizes;
  const trace = traceOf(sizes.windows);
  const long = sizes.manyWindows === sizes.windows ? trace : traceOf(sizes.manyWindows);
  const thetaDeg = long.velocityMmPerS.map((value) => (Number.isNaN(value) ? 90 : 45));
  const { velocityMmPerS } = long;
  const plane = noisePlane(lines, 38);
  const [windowLines, columns] = sizes.largeWindow;
  const wide = noisePlane(2 * windowLines, columns);
  return new Map<string, () => Promise<unknown>>([
    ["heartRate", () => heartRate(trace, { lombFrequencies })],
    ["detectVelocityEvents", () => detectVelocityEvents(trace)],
    ["detectGaps", () => detectGaps(long)],
    ["cleanVelocity", () => cleanVelocity({ ...CALIBRATION, velocityMmPerS })],
    [
      "cleanVelocity, the lab's",
      () => cleanVelocity({ ...CALIBRATION, velocityMmPerS, thetaDeg, version: "lab" }),
    ],
    ["radonVelocity", () => radonVelocity(plane, { ...CALIBRATION, removeStaticColumns: true })],
    ["radonVelocity, large windows", () => radonVelocity(wide, { ...CALIBRATION, windowLines })],
    ["lspivVelocity", () => lspivVelocity(plane, CALIBRATION)],
    ["diameter", () => diameter(plane, { ...CALIBRATION, postFilter: "hampel" })],
    ["diameter, gradient", () => diameter(plane, { ...CALIBRATION, method: "gradient_edges" })],
  ]);
}

/** A pulse of 420 beats a minute, and one window in ten without a velocity. */
export function traceOf(windows: number): TimedVelocity {
  const random = chance(7);
  const timeS = Float64Array.from({ length: windows }, (_, index) => index / RATE_HZ);
  const velocityMmPerS = timeS.map((time) =>
    random() < 0.1 ? Number.NaN : -(1 + 0.3 * Math.sin(2 * Math.PI * 7 * time) + 0.5 * (random() - 0.5)),
  );
  return { timeS, velocityMmPerS };
}
