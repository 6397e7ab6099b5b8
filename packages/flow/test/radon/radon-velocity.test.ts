import { setTimeout as after } from "node:timers/promises";
import { expect, test } from "vitest";
import { type FlowPlane, isFlowError, radonVelocity } from "../../src/index.ts";
import { mapPixels, movingPlane, noisePlane, UNCALIBRATED } from "../support/made-planes.ts";

test("times are those of the middle of each window, and lines left over are in none", async () => {
  const trace = await radonVelocity(movingPlane(43, 9, 1), {
    windowLines: 8,
    region: { lineStart: 3, lineStop: 43, columnStart: 1, columnStop: 9 },
    secondsPerLine: 0.5,
    umPerPixel: 2,
  });
  expect(trace).toMatchObject({ algorithm: "kym.radon@1", windowLines: 8, stepLines: 2, windowCount: 17 });
  expect(Array.from(trace.centreLine.subarray(0, 3))).toEqual([7, 9, 11]);
  expect(Array.from(trace.timeS!.subarray(0, 3))).toEqual([3.5, 4.5, 5.5]);
  expect(trace.velocityMmPerS![0]).toBe((4 * trace.pxPerLine[0]!) / 1000);
});

test("at 90° there is an angle and no velocity", async () => {
  const plane = mapPixels(movingPlane(64, 20, 0), (_, line) => (line % 6 < 3 ? 100 : 900));
  const trace = await radonVelocity(plane, { secondsPerLine: 0.001, umPerPixel: 1 });
  expect(new Set(trace.thetaDeg)).toEqual(new Set([90]));
  expect(new Set(trace.velocityMmPerS)).toEqual(new Set([Number.NaN]));
  expect(trace.margin.every((margin) => margin > 0)).toBe(true);
});

test("without calibration there are angles and pixels a line alone", async () => {
  const plane = movingPlane(64, 20, 1);
  expect(await radonVelocity(plane, UNCALIBRATED)).toMatchObject({ timeS: null, velocityMmPerS: null });
  const timed = await radonVelocity(plane, { secondsPerLine: 0.001, umPerPixel: null });
  expect(timed.timeS).not.toBeNull();
  expect(timed.velocityMmPerS).toBeNull();
});

test("a bad pixel spoils the windows that have it, and no other", async () => {
  const plane = noisePlane(400, 12);
  const good = await radonVelocity(
    mapPixels(plane, (value) => value),
    UNCALIBRATED,
  );
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308]) {
    const trace = await radonVelocity(
      mapPixels(plane, (value, line, column) => (line === 200 && column === 5 ? bad : value)),
      UNCALIBRATED,
    );
    for (const [window, theta] of trace.thetaDeg.entries()) {
      const hasIt = window * 4 <= 200 && 200 < window * 4 + 16;
      expect([window, theta]).toEqual([window, hasIt ? Number.NaN : good.thetaDeg[window]]);
      expect(Number.isNaN(trace.margin[window])).toBe(hasIt);
    }
  }
});

test("windows without variance, and planes without windows or columns, have no number", async () => {
  const flat = { pixels: new Float32Array(64 * 8).fill(0.1), lines: 64, columns: 8 };
  expect(new Set((await radonVelocity(flat, UNCALIBRATED)).thetaDeg)).toEqual(new Set([Number.NaN]));
  expect(await radonVelocity(noisePlane(15, 8), UNCALIBRATED)).toMatchObject({ windowCount: 0 });
  const bare: FlowPlane = { pixels: new Uint8Array(0), lines: 32, columns: 0 };
  expect(await radonVelocity(bare, UNCALIBRATED)).toMatchObject({ windowCount: 5 });
  expect((await radonVelocity(noisePlane(32, 1), UNCALIBRATED)).windowCount).toBe(5);
});

test("arguments that make no sense are refused with what was expected and found", async () => {
  const plane = noisePlane(64, 8);
  const region = { lineStart: 0, lineStop: 64, columnStart: 0, columnStop: 9 };
  const cases = [
    [{ windowLines: 18 }, "windowLines: expected a positive multiple of 4, found 18"],
    [{ windowLines: Number.NaN }, "windowLines: expected a positive multiple of 4, found NaN"],
    [{ region }, "region.column: expected a range within 0 to 8, found 0 to 9"],
    [{ secondsPerLine: 0 }, "secondsPerLine: expected null or a positive number, found 0"],
  ] as const;
  for (const [options, message] of cases) {
    const error = await radonVelocity(plane, { ...UNCALIBRATED, ...options }).catch((thrown) => thrown);
    expect(isFlowError(error, "invalid_argument")).toBe(true);
    expect(error.message).toBe(message);
  }
});

test("other work runs at least every 50 ms, and an abort ends the computation", async () => {
  const plane = noisePlane(16_000, 20);
  const abort = new AbortController();
  // Time of the processor, as the machine may be busy with other things.
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  const held: number[] = [];
  let last = used();
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      await after(0);
      held.push(used() - last);
      last = used();
    }
  })();
  const done: number[] = [];
  const run = radonVelocity(plane, {
    ...UNCALIBRATED,
    signal: abort.signal,
    onProgress: (count) => {
      done.push(count);
      if (count > 1000) {
        abort.abort(new Error("enough"));
      }
    },
  });
  await expect(run).rejects.toThrow("enough");
  isOver = true;
  await watch;
  expect(done.at(-1)).toBeLessThan(3997);
  expect(Math.max(...held)).toBeLessThan(50);
});

test("two runs at once, and a run after one that was aborted, give what each gives alone", async () => {
  const planes = [noisePlane(2000, 9, 1), noisePlane(2000, 9, 2)];
  const alone = [];
  for (const plane of planes) {
    alone.push(await radonVelocity(plane, UNCALIBRATED));
  }
  expect(await Promise.all(planes.map((plane) => radonVelocity(plane, UNCALIBRATED)))).toEqual(alone);
  const aborted = AbortSignal.abort(new Error("no"));
  await expect(radonVelocity(planes[0]!, { ...UNCALIBRATED, signal: aborted })).rejects.toThrow("no");
  expect(await radonVelocity(planes[1]!, UNCALIBRATED)).toEqual(alone[1]);
});
