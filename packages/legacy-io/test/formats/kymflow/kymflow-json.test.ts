import { VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import { tableFromRows } from "@kym/zarr-store";
import { expect, test } from "vitest";
import { eventsJsonText, eventsOf } from "../../../src/formats/kymflow/events-json.ts";
import { olympusHeaderText } from "../../../src/formats/kymflow/header-text.ts";
import { classicJsonText, radonJsonText, runsNamed } from "../../../src/formats/kymflow/kymflow-json.ts";
import { velocityEventsTable } from "../../../src/formats/velocity-events.ts";
import { parseClassicJson, parseFlowAnalysis } from "../../../src/index.ts";

test("metadata becomes a classic JSON without what only this system writes", () => {
  const metadata = `{"version": "2.0", "header": {"shape": [4, 3], "ndim": 2, "voxels": [0.0010, 0.5],
    "voxels_units": ["s", "um"], "acquired_local_epoch_ns": 1, "seconds_per_line_exact": 0.00117, "bits_per_pixel": 12},
    "experiment_metadata": {"depth": 1.0}, "rois": [], "accepted": false, "lab": "x", "olympus_header": {}}`;
  const text = classicJsonText(metadata, [4, 3]);
  expect(JSON.parse(text)).toEqual({
    version: "1.0",
    header: { shape: [4, 3], ndim: 2, voxels: [0.001, 0.5], voxels_units: ["s", "um"] },
    experiment_metadata: { depth: 1 },
    rois: [],
    accepted: false,
    lab: "x",
  });
  expect(text).toContain("0.0010");
  expect(text).toContain('"depth": 1.0');
});

test("an image without metadata has steps of one pixel", () => {
  const classic = parseClassicJson(classicJsonText(undefined, [4, 3]));
  expect(classic.header).toMatchObject({ shape: [4, 3], voxels: [1, 1], voxelsUnits: ["px", "px"] });
  expect([classic.rois, classic.accepted]).toEqual([[], true]);
});

test("runs are by ROI and channel, with their settings and what varied", () => {
  const params = '{"1": {"algorithm": "mpRadon", "window_size": 16}, "2:3": {"window_size": 8}}';
  const analysis =
    '{"1": {"channel": 2, "analyzed_at": "now", "roi_revision_at_analysis": 4, "geometry": "g", "by": "me"}}';
  expect(
    JSON.parse(radonJsonText(params.replace('"algorithm"', '"channel": 2, "algorithm"'), analysis) ?? ""),
  ).toEqual({
    version: "3.0",
    analysis_metadata: {
      "1:2": {
        roi_id: 1,
        channel: 2,
        algorithm: "mpRadon",
        window_size: 16,
        analyzed_at: "now",
        analyzed_on: "now",
        by: "me",
        roi_revision_at_analysis: 4,
      },
      "2:3": { roi_id: 2, channel: 3, window_size: 8 },
    },
  });
  expect(radonJsonText(undefined, "[]")).toBeUndefined();
  expect(runsNamed(params, undefined)).toEqual([
    { roiId: 1, channel: 1 },
    { roiId: 2, channel: 3 },
  ]);
});

test("events come back as they were, with keys that no rule knows", async () => {
  const source = {
    version: "2.0",
    velocity_events: {
      "1:1": [
        {
          event_type: "baseline_drop",
          t_start: 1.5,
          t_end: null,
          score_peak: -2,
          lab: { a: [1] },
          channel: 1,
        },
      ],
      "2:1": [{ event_type: "User Added", i_start: 7, t_start: 2, note: "=x", channel: 1 }],
    },
  };
  const { schema, rows } = await velocityEventsTable(
    parseFlowAnalysis(JSON.stringify(source), "events_json").events ?? [],
  );
  const text = eventsJsonText(eventsOf(tableFromRows(rows, schema)), []);
  const { velocity_events: lists } = JSON.parse(text);
  expect(Object.keys(lists)).toEqual(["1:1", "2:1"]);
  expect(lists["1:1"]).toMatchObject(source.velocity_events["1:1"]);
  expect(lists["2:1"]).toMatchObject(source.velocity_events["2:1"]);
  expect(text).toContain('"score_peak": -2.0');
  expect(text).toContain('"i_start": 7,');
});

test("no event where it was looked for is an empty list, which is not the same as not analysed", () => {
  const none = eventsOf(tableFromRows([], VELOCITY_EVENTS_SCHEMA));
  expect(JSON.parse(eventsJsonText(none, [{ roiId: 2, channel: 1 }]))).toEqual({
    version: "2.0",
    velocity_events: { "2:1": [] },
  });
});

test("the microscope's header is written again by section", () => {
  const metadata = JSON.stringify({
    olympus_header: {
      encoding: "ascii",
      sections: [
        {
          name: "General",
          entries: [
            ["Name", "a.oir"],
            ["Path", "D:/x"],
          ],
        },
        { name: "Image", entries: [] },
      ],
    },
  });
  expect(olympusHeaderText(metadata)).toBe(
    '"[General]"\t""\r\n"Name"\t"a.oir"\r\n"Path"\t"D:/x"\r\n"[Image]"\t""\r\n',
  );
  expect(olympusHeaderText("{}")).toBeUndefined();
});
