// Checks where marks lie on the screen.

import { createPathRoi, createRectRoi } from "@kym/roi";
import { planeUnits } from "@kym/view";
import { expect, test } from "vitest";
import { axisLabels, barMark } from "../../src/screen/axis-labels.ts";
import { eventBands } from "../../src/screen/event-bands.ts";
import { imageBox, spaceAxis, timeAxis } from "../../src/screen/plot-layout.ts";
import { roiMarks } from "../../src/screen/roi-marks.ts";
import { slopeLines } from "../../src/screen/slope-lines.ts";

const box = { left: 100, top: 10, width: 400, height: 80 };
const axes = { lines: timeAxis({ start: 0, stop: 200 }, box), columns: spaceAxis(20, box) };
const rect = (id: number, dim0Start: number, dim0Stop: number): ReturnType<typeof createRectRoi> =>
  createRectRoi({ id, bounds: { dim0Start, dim0Stop, dim1Start: 5, dim1Stop: 15 } });

test("a ROI is drawn along its edges; ids at one corner stand beside each other, one out of sight has none", () => {
  const marks = roiMarks([rect(1, 50, 100), rect(2, 50, 150), rect(3, 300, 400)], axes, "gray");
  expect(marks.map(({ d }) => d)[0]).toBe("M200 30L300 30L300 70L200 70Z");
  expect(marks.map(({ label }) => label)).toEqual([{ x: 204, y: 41 }, { x: 222, y: 41 }, undefined]);
});

test("points are rings", () => {
  const point = createPathRoi({ id: 4, type: "point", points: [{ dim0: 10, dim1: 10 }] });
  expect(roiMarks([point], axes, "fire")[0]?.d).toBe("M118 50a2 2 0 1 0 4 0a2 2 0 1 0 -4 0");
});

test("slopes pass through the middle of their ROI; of windows that are too near every third has one, of far ones none", () => {
  const centreLine = Float64Array.from({ length: 20 }, (_, window) => 8 + 3 * window);
  const trace = {
    roiId: 1,
    centreLine,
    velocityMmPerS: centreLine,
    pxPerLine: centreLine.map(() => 0.5),
    windowLines: 16,
  };
  const kymograph = { traces: [trace], rois: [rect(1, 0, 200)], size: { lines: 200, columns: 20 } };
  const [drawn] = slopeLines(kymograph, axes, "gray");
  expect(drawn?.d.split("M").slice(1, 3)).toEqual(["108 42L124 58", "126 42L142 58"]);
  const far = { ...axes, lines: timeAxis({ start: 0, stop: 20_000 }, box) };
  expect(slopeLines(kymograph, far, "gray")).toEqual([]);
  expect(slopeLines({ ...kymograph, traces: [{ ...trace, windowLines: null }] }, axes, "gray")).toEqual([]);
});

test("events are cut to what is shown; a letter does not lie on another; without a line period there are none", () => {
  const at = (
    startS: number | null,
    endS: number | null,
    eventType = "baseline_drop",
  ): Parameters<typeof eventBands>[0][number] => ({
    ...{ roiId: 1, eventType, startS, endS },
  });
  const events = [at(1.5, 2.5), at(0, 0.5), at(0.02, null, "zero_gap"), at(3, 4), at(null, null)];
  expect(eventBands(events, axes.lines, 0.01)).toMatchObject([
    { left: 100, width: 100, letter: "D", hasLetter: true, title: "baseline drop at 0.00 s, 0.50 s long" },
    { left: 104, width: 0, letter: "Z", hasLetter: false },
    { left: 400, width: 100, letter: "D", hasLetter: true },
  ]);
  expect(eventBands(events, axes.lines, null)).toEqual([]);
});

test("labels and bars have units, or lines where there is no line period", () => {
  const { time } = planeUnits({ secondsPerLine: 0.01, umPerPx: null });
  expect(axisLabels(axes.lines, time, 2)).toEqual([
    { place: 100, label: "0" },
    { place: 300, label: "1" },
    { place: 500, label: "2" },
  ]);
  expect(barMark(axes.lines, time, 0.15)).toEqual({ length: 40, label: "200 ms" });
  const { time: lines } = planeUnits({ secondsPerLine: null, umPerPx: null });
  expect(barMark(axes.lines, lines, 0.15)).toEqual({ length: 40, label: "20 lines" });
});

test("an image of few columns is drawn higher, one of many not higher than 300 px", () => {
  const heights = [5, 38, 512].map((columns) => imageBox(800, columns, { hasEvents: false }).height);
  expect(heights).toEqual([110, 152, 300]);
  expect(imageBox(10, 38, { hasEvents: true, height: 50 })).toEqual({
    left: 58,
    top: 16,
    width: 40,
    height: 50,
  });
});
