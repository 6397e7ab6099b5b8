// Checks that data of a page is refused where its parts do not fit, what is said of it, and who hears of changes.

import { expect, test } from "vitest";
import { ViewerError } from "../../src/errors.ts";
import type { KymographTrace } from "../../src/model/kymograph.ts";
import { parseKymograph } from "../../src/model/parse-kymograph.ts";
import { type ViewerChange, ViewerState } from "../../src/model/viewer-state.ts";
import {
  placeWords,
  shownWords,
  sizeWords,
  summaryWords,
  velocityWords,
} from "../../src/model/viewer-words.ts";

const plane = { pixels: new Uint8Array(12), lines: 4, columns: 3 };
const trace: KymographTrace = {
  roiId: 1,
  centreLine: Float64Array.of(10, 20, 30),
  velocityMmPerS: Float64Array.of(1, Number.NaN, -2),
};

test.each([
  [{}, "size: expected whole numbers of lines and columns, or a plane that has them, found undefined"],
  [
    { size: { lines: 4, columns: 3 } },
    "data: expected plane, overview, stretches, loadLines or traces, found size",
  ],
  [
    { plane: { ...plane, lines: 5 } },
    "plane: expected lines × 3 pixels in a typed array, found 5 × 3 and 12 pixels",
  ],
  [
    { size: { lines: 4, columns: 2 }, stretches: [{ firstLine: 0, plane }] },
    "stretches[0].plane: expected lines × 2 pixels in a typed array, found 4 × 3 and 12 pixels",
  ],
  [
    { plane, traces: [{ ...trace, pxPerLine: new Float64Array(2) }] },
    "traces[0].pxPerLine: expected 3 numbers, as centreLine has, found 2",
  ],
])(
  "data that does not fit is refused, with place, what was expected and what was found: %#",
  (data, message) => {
    expect(() => parseKymograph(data)).toThrow(new ViewerError("invalid_data", message));
  },
);

test("a step that is not a positive number is not known", () => {
  const { pixelSize } = parseKymograph({ plane, pixelSize: { secondsPerLine: 0, umPerPx: Number.NaN } });
  expect(pixelSize).toEqual({ secondsPerLine: null, umPerPx: null });
});

test("words have units where the calibration is known, otherwise lines and pixels", () => {
  const known = parseKymograph({ plane, pixelSize: { secondsPerLine: 0.00123, umPerPx: 0.276 } });
  expect(sizeWords(known)).toBe("4 lines × 3 px · 1.23 ms/line · 0.276 µm/px");
  expect(
    sizeWords({
      ...known,
      size: { lines: 30_000, columns: 3 },
      pixelSize: { secondsPerLine: null, umPerPx: null },
    }),
  ).toBe("30\u202f000 lines × 3 px · no line period · no pixel size");
  const place = { line: 1000.5, column: 2.5, value: 812, roiId: 3 };
  expect(placeWords(place, known.pixelSize)).toBe("1.231 s · 0.7 µm · value 812 · ROI 3");
  expect(placeWords(place, { secondsPerLine: null, umPerPx: null })).toBe(
    "line 1000 · column 2 · value 812 · ROI 3",
  );
});

test("a velocity is that of the nearest window, and a gap says so", () => {
  expect(velocityWords(trace, 12)).toBe("1.00 mm/s");
  expect(velocityWords(trace, 22)).toBe("not measured");
  expect(velocityWords(trace, 29)).toBe("\u22122.00 mm/s");
  expect(velocityWords(trace, 60)).toBe("not measured");
  const shifts = {
    ...trace,
    velocityMmPerS: new Float64Array(3).fill(Number.NaN),
    pxPerLine: Float64Array.of(1, 2, 3),
  };
  expect(velocityWords(shifts, 20)).toBe("2.00 px/line");
});

test.each([
  [0.4, "each line, in the levels of the overview"],
  [1, "each line, in the levels of the overview"],
  [800 / 600, "minimum and maximum of 1.3 lines each"],
  [50, "minimum and maximum of 50 lines each"],
  [1234.5, "minimum and maximum of 1\u202f235 lines each"],
])("a bin of an overview that holds %d lines says so", (lines, words) => {
  expect(shownWords({ kind: "extremes", lines })).toBe(words);
});

test("the summary tells size, ROIs, velocities and events", () => {
  const event = { roiId: 1, eventType: "baseline_drop", startS: 1, endS: 2 };
  expect(summaryWords(parseKymograph({ plane, traces: [trace], events: [event, event] }))).toBe(
    "Kymograph, time to the right: 4 lines by 3 px. No ROI. ROI 1: mean velocity \u22120.50 mm/s, 1 of 3 windows without a number. Events: 2 × baseline drop.",
  );
});

test("whoever listens hears each change once, until it stops", () => {
  const state = new ViewerState();
  const heard: ViewerChange[] = [];
  const stop = state.listen((change) => heard.push(change));
  state.show(
    parseKymograph({
      size: { lines: 600, columns: 3 },
      stretches: [{ firstLine: 100, plane: { pixels: new Uint8Array(300), lines: 100, columns: 3 } }],
    }),
  );
  expect(state.range).toEqual({ start: 100, stop: 200 });
  state.setRange({ start: 120, stop: 140 });
  state.setRange({ start: 120, stop: 140 });
  state.setCrosshair({ line: 130, column: 1 });
  state.select(1);
  state.addResults({ traces: [trace], events: [] });
  state.addStretch({ firstLine: 0, plane });
  stop();
  state.select(undefined);
  expect(heard).toEqual(["kymograph", "range", "crosshair", "selection", "results", "pixels"]);
  expect([state.kymograph?.traces.length, state.kymograph?.stretches.length]).toEqual([1, 2]);
});

test("why what was measured is missing is told, and forgotten with the kymograph", () => {
  const state = new ViewerState();
  const changes: ViewerChange[] = [];
  state.listen((change) => changes.push(change));
  state.show(parseKymograph({ plane }));
  state.failResults("HTTP 503");
  expect([state.resultsProblem, changes]).toEqual(["HTTP 503", ["kymograph", "results"]]);
  state.show(undefined);
  expect(state.resultsProblem).toBeUndefined();
});
