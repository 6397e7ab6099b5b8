import { expect, test } from "vitest";
import { DIAMETER_FLAGS, type DiameterTrace, diameter, type FlowPlane } from "../../src/index.ts";
import { chance } from "../support/made-planes.ts";

const LINES = 60;
const COLUMNS = 48;

/** A vessel between two walls, bright in the dark. */
function vessel(left: number, right: number, noise = 0): FlowPlane {
  const random = chance(5);
  const wall = (distance: number): number => 1 / (1 + Math.exp(-distance / 0.7));
  const pixels = Float64Array.from({ length: LINES * COLUMNS }, (_, index) => {
    const column = index % COLUMNS;
    return 100 + 800 * wall(column - left) * wall(right - column) + noise * (random() - 0.5);
  });
  return { pixels, lines: LINES, columns: COLUMNS };
}

const CALIBRATION = { secondsPerLine: 0.01, umPerPixel: 0.5 };

function flagsOf({ qcFlags }: DiameterTrace, profile: number): readonly string[] {
  return DIAMETER_FLAGS.filter((_, bit) => ((qcFlags[profile]! >> bit) & 1) === 1);
}

test("walls between columns are found to a tenth of one, and in whole columns otherwise", async () => {
  const plane = vessel(12.3, 30.8, 20);
  for (const method of ["threshold_width", "gradient_edges"] as const) {
    const exact = await diameter(plane, { ...CALIBRATION, method, subPixel: true });
    expect(exact.algorithm).toBe(`kym.diameter.${method}.sub_pixel@1`);
    expect(Math.abs(exact.leftEdgePx[30]! - 12.3)).toBeLessThan(0.2);
    expect(Math.abs(exact.diameterPx[30]! - 18.5)).toBeLessThan(0.3);
    expect(exact.diameterUm![30]).toBe(0.5 * exact.diameterPx[30]!);
    expect(exact.timeS![30]).toBe(0.3);
    const whole = await diameter(plane, { ...CALIBRATION, method });
    expect(Number.isInteger(whole.diameterPx[30])).toBe(true);
    expect(Math.abs(whole.diameterPx[30]! - 18.5)).toBeLessThanOrEqual(1.5);
  }
});

test("a dark vessel is found with the other polarity, in a region, every second line", async () => {
  const bright = vessel(12, 30);
  const dark = { ...bright, pixels: Float64Array.from(bright.pixels, (value) => 1000 - value) };
  const region = { lineStart: 10, lineStop: 20, columnStart: 5, columnStop: 45 };
  const options = { ...CALIBRATION, region, strideLines: 2, polarity: "dark_on_bright" } as const;
  const trace = await diameter(dark, options);
  expect(Array.from(trace.centreLine)).toEqual([10, 12, 14, 16, 18]);
  expect(Math.abs(trace.leftEdgePx[2]! - 12)).toBeLessThanOrEqual(1);
});

test("a wall at the border is missing, and the profile says so", async () => {
  const plane = vessel(-5, 20);
  const trace = await diameter(plane, CALIBRATION);
  expect(trace.leftEdgePx[3]).toBe(Number.NaN);
  expect(trace.diameterPx[3]).toBe(Number.NaN);
  expect(flagsOf(trace, 3)).toContain("missing_left_edge");
  expect(trace.qcScore[3]).toBeLessThan(0.8);
});

test("walls that jump are refused, and bad pixels are left out", async () => {
  const [here, there] = [vessel(12, 30), vessel(20, 38)];
  const jumping = {
    ...here,
    pixels: Float64Array.from(here.pixels, (value, index) => {
      if (index % 977 === 0) {
        return Number.NaN;
      }
      return index >= 30 * COLUMNS ? there.pixels[index]! : value;
    }),
  };
  const gated = await diameter(jumping, { ...CALIBRATION, method: "gradient_edges", windowLines: 1 });
  expect(flagsOf(gated, 30)).toContain("edge_violation");
  expect(gated.diameterPx[30]).toBe(Number.NaN);
  const free = await diameter(jumping, {
    ...CALIBRATION,
    method: "gradient_edges",
    windowLines: 1,
    maxEdgeShiftUm: null,
    maxCenterShiftUm: null,
  });
  expect(free.diameterPx[30]).toBe(18);
  expect(free.diameterPx.every((width) => Number.isFinite(width))).toBe(true);
});

test("a filter over profiles takes a single outlier, and nothing is found in noise-free darkness", async () => {
  const plane = vessel(12, 30);
  const wide = vessel(12, 40);
  const mixed = {
    ...plane,
    pixels: Float64Array.from(plane.pixels, (value, index) =>
      Math.floor(index / COLUMNS) === 25 ? wide.pixels[index]! : value,
    ),
  };
  for (const postFilter of ["median", "hampel"] as const) {
    const trace = await diameter(mixed, { ...CALIBRATION, windowLines: 1, postFilter });
    expect(trace.diameterPx[25]).toBeGreaterThan(25);
    expect(trace.diameterFilteredPx[25]).toBe(trace.diameterPx[24]);
  }
  const dark = { pixels: new Uint8Array(LINES * COLUMNS), lines: LINES, columns: COLUMNS };
  const trace = await diameter(dark, CALIBRATION);
  expect(trace.diameterPx.every((width) => Number.isNaN(width))).toBe(true);
  expect(flagsOf(trace, 0)).toContain("low_contrast");
  await expect(diameter(dark, { ...CALIBRATION, windowLines: 4 })).rejects.toThrow(
    "windowLines: expected an odd",
  );
});
