import { RADON_COLUMNS } from "@kym/kym-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { summarizeTrace } from "../../../src/staleness/index.ts";

test("what is beyond ±1e6, missing or NaN is counted and left out", () => {
  expect(summarizeTrace([2, null, Number.NaN, 5e6, -2.2877334e7, Number.POSITIVE_INFINITY, 0, 4])).toEqual({
    vel_min: 0,
    vel_max: 4,
    vel_mean: 2,
    vel_std: expect.closeTo(Math.sqrt(8 / 3), 12),
    vel_se: expect.closeTo(Math.sqrt(8 / 9), 12),
    vel_cv: expect.closeTo(Math.sqrt(8 / 3) / 2, 12),
    vel_n_nan: 5n,
    vel_n_zero: 1n,
    vel_n_big: 0n,
  });
  expect(summarizeTrace([1e6, -1e6])).toMatchObject({ vel_n_nan: 0n, vel_mean: 0, vel_cv: null });
});

test("a trace without a valid window has counts and nothing else", () => {
  expect(summarizeTrace([null, 1e7])).toMatchObject({
    vel_mean: null,
    vel_std: null,
    vel_n_nan: 2n,
    vel_n_big: 0n,
  });
  expect(summarizeTrace([])).toMatchObject({ vel_mean: null, vel_n_nan: 0n });
});

test("vel_n_big counts one side, above the mean plus two deviations", () => {
  const flat = new Array<number>(50).fill(1);
  expect(summarizeTrace([...flat, 9])).toMatchObject({ vel_n_big: 1n });
  expect(summarizeTrace([...flat, -9])).toMatchObject({ vel_n_big: 0n });
});

test("counts add up, and the mean lies between the extremes", () => {
  const velocity = fc.oneof(
    fc.double({ min: -10, max: 10 }),
    fc.constantFrom(null, 0, 1e7, -1e7, Number.NaN),
  );
  fc.assert(
    fc.property(fc.array(velocity), (velocities) => {
      const {
        vel_min: min,
        vel_mean: mean,
        vel_max: max,
        vel_n_nan: nNan,
        ...rest
      } = summarizeTrace(velocities);
      const valid = velocities.filter((v): v is number => v !== null && Math.abs(v) <= 1e6);
      expect(Number(nNan)).toBe(velocities.length - valid.length);
      expect(Number(rest.vel_n_zero)).toBe(valid.filter((v) => v === 0).length);
      if (min !== null && mean !== null && max !== null) {
        expect(min).toBe(Math.min(...valid));
        expect(max).toBe(Math.max(...valid));
        expect(mean).toBeGreaterThanOrEqual(min);
        expect(mean).toBeLessThanOrEqual(max);
      }
      expect(mean === null).toBe(valid.length === 0);
    }),
  );
});

test("the statistics of a trace are the columns of kym_radon for velocities, in their order", () => {
  const columns = RADON_COLUMNS.map(({ name }) => name).filter((name) => name.startsWith("vel_"));
  expect(Object.keys(summarizeTrace([1, 2]))).toEqual(columns);
  expect(Object.keys(summarizeTrace([]))).toEqual(columns);
});
