import fc from "fast-check";
import { expect, it } from "vitest";
import { fromScreen, planeUnits, scaleBar, screenPerPixel, ticksBetween, toScreen } from "../../src/index.ts";

const LINES = { from: 100, to: 700, start: 72, stop: 672 };

it("an edge of a pixel lies on the edge of the screen, and the centre of a pixel half a pixel further", () => {
  expect([100, 100.5, 101, 700].map((line) => toScreen(LINES, line))).toEqual([72, 72.5, 73, 672]);
  const up = { from: -1, to: 1, start: 210, stop: 110 };
  expect([-1, 0, 1].map((value) => toScreen(up, value))).toEqual([210, 160, 110]);
  expect([screenPerPixel(LINES), screenPerPixel(up)]).toEqual([1, 50]);
});

it("a place on the screen leads back to the position, whichever way the axis runs", () => {
  const edge = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(edge, edge, edge, edge, edge, (from, to, start, stop, position) => {
      fc.pre(Math.abs(to - from) > 1e-3 && Math.abs(stop - start) > 1e-3);
      const axis = { from, to, start, stop };
      const reach = Math.abs(from) + Math.abs(to) + Math.abs(position);
      const shown = Math.abs(start) + Math.abs(stop) + Math.abs(toScreen(axis, position));
      const back = fromScreen(axis, toScreen(axis, position));
      expect(Math.abs(back - position)).toBeLessThanOrEqual(
        1e-9 * (reach + (shown * reach) / Math.abs(stop - start)),
      );
    }),
    { numRuns: 200 },
  );
});

it("ticks are multiples of 1, 2 or 5 times a power of ten, within the range, with equal digits and a real minus", () => {
  const labels = (from: number, to: number, atMost?: number): readonly string[] =>
    ticksBetween(from, to, { atMost }).map(({ label }) => label);
  expect(labels(0, 35.1)).toEqual(["0", "10", "20", "30"]);
  expect(labels(0, 35.1, 8)).toEqual(["0", "5", "10", "15", "20", "25", "30", "35"]);
  expect(labels(-1.7, 0.4, 5)).toEqual(["\u22121.5", "\u22121.0", "\u22120.5", "0.0"]);
  expect(labels(20.4, 21.4)).toEqual(["20.4", "20.6", "20.8", "21.0", "21.2", "21.4"]);
  expect(ticksBetween(0, 3, { atMost: 10, whole: true }).map(({ value }) => value)).toEqual([0, 1, 2, 3]);
  expect(labels(1, 1)).toEqual([]);
  expect(labels(0, Number.POSITIVE_INFINITY)).toEqual([]);
  expect(labels(0, Number.NaN)).toEqual([]);
});

it("any range has at most as many ticks as asked for, evenly spaced and inside", () => {
  const end = fc.double({ min: -1e5, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(
      end,
      fc.double({ min: 1e-4, max: 1e5, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      (from, extent, atMost) => {
        const values = ticksBetween(from, from + extent, { atMost }).map(({ value }) => value);
        expect(values.length).toBeLessThanOrEqual(atMost + 1);
        const steps = values.slice(1).map((value, index) => value - (values[index] ?? 0));
        for (const step of steps) {
          expect(step).toBeCloseTo(steps[0] ?? 0, 6);
        }
        const slack = 1e-6 * (Math.abs(from) + extent);
        expect(values.every((value) => value >= from - slack && value <= from + extent + slack)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

it("axes are in seconds and micrometres only where the step is known, each for itself; otherwise in lines and pixels", () => {
  const units = (secondsPerLine: number | null, umPerPx: number | null): readonly unknown[] => {
    const { time, space } = planeUnits({ secondsPerLine, umPerPx });
    return [time.unit, time.title, space.unit, space.title];
  };
  expect(units(0.001, 0.25)).toEqual(["s", "time (s)", "µm", "position (µm)"]);
  expect(units(null, 0.25)).toEqual(["lines", "line", "µm", "position (µm)"]);
  expect(units(0.001, null)).toEqual(["s", "time (s)", "px", "position (px)"]);
  expect(planeUnits({ secondsPerLine: null, umPerPx: null }).time.step).toBe(1);
});

it("a scale bar is a round length of at most the share, in the unit that needs the fewest digits", () => {
  const { time, space } = planeUnits({ secondsPerLine: 0.00117, umPerPx: 0.284 });
  expect(scaleBar(time, 30_000)).toEqual({ pixels: 5 / 0.00117, label: "5 s" });
  expect(scaleBar(time, 600)).toEqual({ pixels: 0.1 / 0.00117, label: "100 ms" });
  expect(scaleBar({ ...time, step: 1e-6 }, 600, 0.2)?.label).toBe("100 µs");
  expect(scaleBar(space, 38, 0.5)).toEqual({ pixels: 5 / 0.284, label: "5 µm" });
  expect(scaleBar({ ...space, step: 100 }, 100, 0.2)?.label).toBe("2 mm");
  const unknown = planeUnits({ secondsPerLine: null, umPerPx: null });
  expect(scaleBar(unknown.time, 600)).toEqual({ pixels: 100, label: "100 lines" });
  expect(scaleBar(unknown.time, 9)?.label).toBe("1 line");
  expect(scaleBar(unknown.space, 4)).toBeUndefined();
  expect(scaleBar(time, 0)).toBeUndefined();
});
