import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plainValue } from "@kym/zarr-store/json";
import { expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { parseClassicJson } from "../../src/formats/json/classic-json.ts";
import { caught } from "../support/caught.ts";

const folder = findSharedData("kymographs") ?? "";
const onData = test.runIf(folder !== "");
const parse = (value: unknown) => parseClassicJson(JSON.stringify(value));

onData("the newer shape: ROIs in envelopes, accepted", () => {
  const classic = parseClassicJson(readFileSync(join(folder, "Capillary1_0001.json")));
  expect(classic).toMatchObject({ version: "1.0", accepted: true, rejectedRois: [], warnings: [] });
  expect(
    classic.rois.map((roi) => [roi.id, roi.note, roi.type === "rect" && roi.bounds, roi.stats?.imgMean]),
  ).toEqual([
    [1, "Full Image", { dim0Start: 0, dim0Stop: 30000, dim1Start: 0, dim1Stop: 38 }, 209.7716701754386],
    [2, "Center Region", { dim0Start: 7500, dim0Stop: 22500, dim1Start: 9, dim1Stop: 28 }, 209.2418947368421],
    [3, "Left Region", { dim0Start: 10000, dim0Stop: 30000, dim1Start: 0, dim1Stop: 12 }, 243.44011666666665],
  ]);
  expect(classic.header).toMatchObject({
    shape: [30000, 38],
    voxels: [0.0011699666666666665, 0.284],
    voxelsUnits: ["s", "um"],
    labels: ["time (s)", "space (um)"],
    physicalSize: [35.099, 10.792],
    dateStr: undefined,
  });
  expect(classic.experimentMetadata && plainValue(classic.experimentMetadata)).toMatchObject({
    sex: "Xxxy",
    genotype: "yyy",
    depth: "",
    branch_order: null,
  });
});

onData.for(["20250722_A89_0002", "20250722_A89_0003"])(
  "the older shape, flat ROIs and no accepted: %s",
  (stem) => {
    const classic = parseClassicJson(readFileSync(join(folder, "28d AngII/20250722", `${stem}.json`)));
    expect(classic).toMatchObject({ accepted: undefined, rejectedRois: [], warnings: [] });
    expect(classic.rois.map((roi) => roi.id)).toEqual([1, 2]);
    expect(classic.experimentMetadata && plainValue(classic.experimentMetadata)).toMatchObject({
      acq_date: "",
      acq_time: "",
    });
  },
);

test("flat ROIs with statistics, the shape between the two", () => {
  const roi = {
    id: 4,
    channel: 2,
    dim0_start: 1,
    dim0_stop: 5,
    dim1_start: 0,
    dim1_stop: 3,
    revision: 2,
    img_min: 1,
    img_max: 9,
    img_mean: 4.5,
    img_std: 2,
  };
  const { rois } = parse({ rois: [roi] });
  expect(rois[0]).toMatchObject({ id: 4, channel: 2, revision: 2, stats: { imgMean: 4.5 } });
});

test("a ROI that cannot be read does not cost the others", () => {
  const rect = { roi_id: 1, roi_type: "rect", data: { x0: 0, x1: 1, y0: 0, y1: 1 } };
  const { rois, rejectedRois } = parse({
    rois: [rect, { ...rect, roi_id: 2, roi_type: "ellipse" }, { ...rect, roi_id: 3, data: {} }, rect, 7],
  });
  expect(rois).toHaveLength(1);
  expect(rejectedRois.map(({ index, reason }) => [index, reason])).toEqual([
    [1, expect.stringContaining("$.rois[1]")],
    [2, expect.stringContaining("$.rois[2]")],
    [3, "$.rois[3]: roi_id 1 is there already"],
    [4, expect.stringContaining("$.rois[4]")],
  ]);
});

test("a field of the header that is not what it should be is left out, with a warning", () => {
  const { header, warnings } = parse({
    header: {
      ndim: 2,
      shape: [3],
      voxels: ["a", 1],
      labels: null,
      date_str: 5,
      voxels_units: ["s", "um"],
      scanner: "x",
    },
  });
  expect(header).toMatchObject({
    ndim: 2,
    shape: undefined,
    voxels: undefined,
    labels: undefined,
    dateStr: undefined,
    voxelsUnits: ["s", "um"],
  });
  expect(warnings).toEqual([
    "$.header.shape is not a list of 2 values",
    "$.header.voxels is not a list of 2 values",
    "$.header.date_str is not a string",
  ]);
  expect([...(header?.extra.keys() ?? [])]).toEqual(["scanner"]);
});

test("numbers keep their text and unknown keys stay", () => {
  const { document, extra } = parseClassicJson(
    '{"rois": [], "acquired_ns": 1771711156123456789, "nested": {"a": 1.0}}',
  );
  expect([...extra.keys()]).toEqual(["acquired_ns", "nested"]);
  expect(plainValue(document)).toMatchObject({ acquired_ns: 1771711156123456789n });
});

test("NaN, as Python writes it, and a byte order mark are accepted", () => {
  expect(parseClassicJson('\uFEFF{"header": {"voxels": [NaN, 0.5]}}').warnings).toHaveLength(1);
});

test.for([
  "",
  "[]",
  "{",
  "{}",
  '{"version": "1.0"}',
  '{"rois": {}}',
  '{"header": 5}',
  '{"rois": [], "accepted": 1}',
  '{"rois": [}',
])("%s is no classic JSON", async (text) => {
  expect((await caught(() => parseClassicJson(text))).code).toBe("invalid_file");
});

test("bytes that are no UTF-8 are refused", async () => {
  expect((await caught(() => parseClassicJson(Uint8Array.of(0x7b, 0xff, 0x7d)))).code).toBe("invalid_file");
});
