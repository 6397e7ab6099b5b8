import { geometryKey, roiFromEnvelope } from "@kym/roi";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AnalysedNow,
  type AnalysisRun,
  decideAnalysisState,
  parseAnalysisRuns,
} from "../../src/index.ts";

const ROI = roiFromEnvelope({
  ...{ roi_id: 1, roi_type: "rect", version: "1.0", name: "roi1", channel: 1, z: 0 },
  data: { x0: 0, x1: 2, y0: 0, y1: 6 },
  meta: { revision: 2 },
});
const STEPS = { umPerPx: 0.45, secondsPerLine: 0.0011339666 };
const UNKNOWN = { umPerPx: undefined, secondsPerLine: undefined };
const UNCALIBRATED = { umPerPx: null, secondsPerLine: null };
const RUN: AnalysisRun = {
  roiId: 1,
  channel: 1,
  roiRevision: 2,
  geometry: geometryKey(ROI),
  pixelsSha256: "pixels",
  calibration: STEPS,
};
const NOW: AnalysedNow = { roi: ROI, roisKnown: true, pixelsSha256: "pixels", calibration: STEPS };

test.each<[string, Partial<AnalysisRun>, Partial<AnalysedNow>, string]>([
  ["all is as it was", {}, {}, "current"],
  ["the ROI was moved and moved back", { roiRevision: 0 }, {}, "current"],
  ["the ROI was moved without a new revision", { geometry: "{}" }, {}, "roi_changed"],
  ["the geometry is not known, the revision is the same", { geometry: undefined }, {}, "current"],
  [
    "the geometry is not known, the revision is another",
    { geometry: undefined, roiRevision: 1 },
    {},
    "roi_changed",
  ],
  ["neither is known", { geometry: undefined, roiRevision: undefined }, {}, "unknown"],
  ["the ROI is no more", {}, { roi: undefined }, "roi_changed"],
  ["the ROIs cannot be read", {}, { roi: undefined, roisKnown: false }, "unknown"],
  ["other pixels", {}, { pixelsSha256: "others" }, "pixels_changed"],
  ["other pixels and another ROI", { geometry: "{}" }, { pixelsSha256: "others" }, "pixels_changed"],
  ["the pixels then are not known", { pixelsSha256: undefined }, {}, "unknown"],
  ["the pixels now are not known", {}, { pixelsSha256: undefined }, "unknown"],
  ["the calibration is rounded otherwise", { calibration: { ...STEPS, umPerPx: 0.45003 } }, {}, "current"],
  ["another width", { calibration: { ...STEPS, umPerPx: 0.46 } }, {}, "calibration_changed"],
  [
    "another line period",
    {},
    { calibration: { ...STEPS, secondsPerLine: 0.00114604 } },
    "calibration_changed",
  ],
  [
    "another width and line periods that are not known",
    { calibration: { ...UNKNOWN, umPerPx: 0.46 } },
    {},
    "calibration_changed",
  ],
  ["the calibration then is not known", { calibration: UNKNOWN }, {}, "calibration_changed"],
  ["the image was calibrated later", { calibration: UNKNOWN }, { calibration: STEPS }, "calibration_changed"],
  ["the image is no longer calibrated", {}, { calibration: UNCALIBRATED }, "calibration_changed"],
  ["neither was ever calibrated", { calibration: UNKNOWN }, { calibration: UNCALIBRATED }, "current"],
  ["another calibration and another ROI", { geometry: "{}", calibration: UNKNOWN }, {}, "roi_changed"],
  [
    "another width, of unknown pixels",
    { calibration: { ...STEPS, umPerPx: 0.46 } },
    { pixelsSha256: undefined },
    "calibration_changed",
  ],
  [
    "neither the calibration nor the pixels are known",
    { calibration: UNKNOWN },
    { pixelsSha256: undefined },
    "calibration_changed",
  ],
  [
    "neither the calibration nor the ROI of then is known",
    { calibration: UNKNOWN, geometry: undefined, roiRevision: undefined },
    {},
    "calibration_changed",
  ],
  [
    "of the calibration then, one step is not known",
    { calibration: { ...STEPS, umPerPx: undefined }, pixelsSha256: undefined },
    {},
    "calibration_changed",
  ],
  [
    "neither was ever calibrated, and the pixels are not known",
    { calibration: UNKNOWN },
    { calibration: UNCALIBRATED, pixelsSha256: undefined },
    "unknown",
  ],
  ["a moved ROI of unknown pixels", { geometry: "{}" }, { pixelsSha256: undefined }, "roi_changed"],
])("%s", (_name, run, now, state) => {
  expect(decideAnalysisState({ ...RUN, ...run }, { ...NOW, ...now })).toBe(state);
});

test("without a run nothing is known", () => {
  expect(decideAnalysisState(undefined, NOW)).toBe("unknown");
});

test("runs are read by ROI and channel; what is garbled in them is not known", () => {
  const runs = parseAnalysisRuns({
    "1": { channel: 1, roi_revision_at_analysis: 0, geometry: "{}", pixels_sha256: "p", analyzed_at: "2026" },
    "2": { channel: 3 },
    "2:2": { channel: 7, roi_revision_at_analysis: "0" },
    "4:x": {},
    "5": null,
  });
  expect([...runs.keys()]).toEqual(["1:1", "2:3", "2:2"]);
  expect(runs.get("1:1")).toEqual({
    roiId: 1,
    channel: 1,
    roiRevision: 0,
    geometry: "{}",
    pixelsSha256: "p",
    calibration: UNKNOWN,
  });
  expect(runs.get("2:2")).toMatchObject({ channel: 2, roiRevision: undefined });
});

test("any object is read, anything else is refused", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        parseAnalysisRuns(value);
      } else {
        expect(() => parseAnalysisRuns(value)).toThrow(expect.objectContaining({ code: "invalid_metadata" }));
      }
    }),
  );
});
