import { expect, test } from "vitest";
import { calibrationsOfTrace } from "../../src/calibration/index.ts";

test("each analysis of a trace has its own calibration, and a mixed or absent step is not known", () => {
  const found = calibrationsOfTrace({
    roiId: [1n, 1n, 2n, 2n, 3, null],
    channel: [1n, 1n, 2n, 2n, 1, 1],
    umPerPx: [0.45, 0.45, 0.45, 0.5, Number.NaN, 1],
    secondsPerLine: Float64Array.of(0.001, 0.001, 0.001, 0.001, -1, 1),
  });
  expect([...found]).toEqual([
    ["1:1", { umPerPx: 0.45, secondsPerLine: 0.001 }],
    ["2:2", { umPerPx: undefined, secondsPerLine: 0.001 }],
    ["3:1", { umPerPx: undefined, secondsPerLine: undefined }],
  ]);
});

test("a trace without channels is of channel 1", () => {
  expect([
    ...calibrationsOfTrace({ roiId: [7], channel: [], umPerPx: [], secondsPerLine: [] }).keys(),
  ]).toEqual(["7:1"]);
});
