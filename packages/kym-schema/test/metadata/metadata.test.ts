import { jsonText } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { calibrationOf, editMetadata, parseMetadata, summarizeMetadata } from "../../src/index.ts";
import { EXPERIMENT_KEYS } from "../../src/keys/index.ts";

const TEXT = `{
  "version": "2.0",
  "header": {
    "shape": [30000, 38], "ndim": 2, "voxels": [0.0011699666666666665, 0.284], "voxels_units": ["s", "um"],
    "labels": ["Time (s)", "Space (um)"], "physical_size": [35.099, 10.792],
    "date_str": "11/02/2022", "acquired_local_epoch_ns": 1753190060091123457, "seconds_per_line_exact": 0.00117,
    "laser": "820 nm"
  },
  "experiment_metadata": { "depth": "", "branch_order": 3, "note": "µ", "treatment": "28d AngII", "condition": "", "acq_date": "" },
  "rois": [
    { "roi_id": 1, "roi_type": "rect", "data": { "x0": 0, "x1": 38, "y0": 0, "y1": 30000 } },
    { "id": 2, "dim0_start": 0, "dim0_stop": 10, "dim1_start": 0, "dim1_stop": 2 },
    { "roi_id": 3, "roi_type": "ellipse" },
    { "roi_id": 1, "roi_type": "rect", "data": { "x0": 0, "x1": 1, "y0": 0, "y1": 1 } }
  ],
  "accepted": false,
  "scored_by": "D."
}`;

test("metadata are typed, and unknown keys are kept", () => {
  const { header, experiment, rois, accepted, extra, version } = parseMetadata(TEXT);
  expect(header).toMatchObject({
    shape: [30000, 38],
    voxels: [0.0011699666666666665, 0.284],
    acquiredLocalEpochNs: 1753190060091123457n,
    secondsPerLineExact: 0.00117,
    timeStr: undefined,
    extra: { laser: "820 nm" },
  });
  expect(experiment).toMatchObject({
    depth: undefined,
    branchOrder: 3,
    note: "µ",
    condition: undefined,
    extra: { acq_date: "" },
  });
  expect(rois.map(({ id }) => id)).toEqual([1, 2]);
  expect([accepted, version, extra]).toEqual([false, "2.0", { scored_by: "D." }]);
});

test("text, JsonText and value are read alike", () => {
  expect(parseMetadata(jsonText(TEXT))).toEqual(parseMetadata(TEXT));
  const value = { rois: [], accepted: true, header: { acquired_local_epoch_ns: 12 } };
  expect(parseMetadata(value)).toEqual(parseMetadata(JSON.stringify(value)));
  expect(parseMetadata(value).header.acquiredLocalEpochNs).toBe(12n);
});

test("a bad ROI does not kill the rest, and neither does a bad field: each is named", () => {
  expect(parseMetadata(TEXT).problems.map(({ path }) => path)).toEqual(["$.rois[2]", "$.rois[3]"]);
  const { problems, accepted, rois, header } = parseMetadata({
    header: { voxels: [1, "x"], shape: [2, 3] },
    experiment_metadata: [],
    rois: { 1: {} },
    accepted: "yes",
  });
  expect(problems.map(({ message }) => message).toSorted()).toEqual([
    '$.accepted: expected true or false, found "yes"',
    "$.experiment_metadata: expected an object, found a list",
    "$.header.voxels: expected a list of finite numbers, found a list",
    "$.rois: expected a list, found an object",
  ]);
  expect([accepted, rois, header.voxels, header.shape]).toEqual([true, [], undefined, [2, 3]]);
});

test("metadata that say nothing are accepted, and text that is no JSON is an error", () => {
  expect(parseMetadata({})).toMatchObject({ accepted: true, rois: [], problems: [] });
  expect(parseMetadata([]).problems).toMatchObject([{ path: "$" }]);
  expect(() => parseMetadata("{not json")).toThrow(expect.objectContaining({ code: "invalid_file" }));
});

test("no JSON value makes reading or summarising throw", () => {
  const keys = fc.constantFrom(
    "header",
    "experiment_metadata",
    "rois",
    "accepted",
    "version",
    "voxels",
    "__proto__",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(fc.jsonValue(), fc.dictionary(keys, tie("any")), fc.array(tie("any"), { maxLength: 3 })),
  })).any;
  fc.assert(
    fc.property(value, (metadata) => {
      parseMetadata(jsonText(JSON.stringify(metadata) ?? "null"));
      expect(Object.keys(summarizeMetadata(JSON.stringify(metadata) ?? "null"))).toHaveLength(9);
    }),
  );
});

test("only seconds and µm calibrate, in the plane's axes, and only what is positive", () => {
  const of = (voxels: readonly number[], units: readonly string[]): unknown =>
    Object.values(calibrationOf(parseMetadata({ header: { voxels, voxels_units: units } }).header));
  expect(of([0.001, 0.25], ["s", "um"])).toEqual([0.001, 0.25]);
  expect(of([2, 0.001, 0.25], ["um", "s", "µm"])).toEqual([0.001, 0.25]);
  expect(of([1, 1], ["px", "px"])).toEqual([null, null]);
  expect(of([0, -1], ["s", "um"])).toEqual([null, null]);
  expect(of([0.001, 0.25], ["s"])).toEqual([null, null]);
});

test("a summary says what lists need; an uncalibrated image has no scale", () => {
  expect(summarizeMetadata(TEXT)).toEqual({
    acquired_local_epoch_ns: 1753190060091123457n,
    um_per_px: 0.284,
    seconds_per_line: 0.0011699666666666665,
    calibrated: true,
    n_rois: 2,
    accepted: false,
    note: "µ",
    treatment: "28d AngII",
    condition: null,
  });
  const nothing = {
    acquired_local_epoch_ns: null,
    um_per_px: null,
    seconds_per_line: null,
    calibrated: false,
    n_rois: 0,
    accepted: true,
    note: null,
    treatment: null,
    condition: null,
  };
  expect(summarizeMetadata('{"header":{"voxels":[1,1],"voxels_units":["px","px"]}}')).toEqual(nothing);
  for (const text of ["{not json", "[]", "null", '{"header":{"voxels":[NaN,1]}}']) {
    expect(summarizeMetadata(text)).toEqual(nothing);
  }
});

test("every field of the experiment comes back as it was edited, by its stored key", () => {
  const values = Object.keys(EXPERIMENT_KEYS).map((field, index) => {
    const isNumber = field === "depth" || field === "branchOrder";
    return [field, isNumber ? index : `value ${index}`] as const;
  });
  const text = editMetadata("{}", { experiment: Object.fromEntries(values) });
  const { experiment, problems } = parseMetadata(text);
  expect([experiment, problems]).toEqual([{ ...Object.fromEntries(values), extra: {} }, []]);
  expect(Object.keys(JSON.parse(text).experiment_metadata)).toEqual(Object.values(EXPERIMENT_KEYS));
  expect(experiment.animal).toMatch(/^value \d+$/);
});

test("null removes a number, and removing a note removes the one under its older key", () => {
  const text = '{"experiment_metadata":{"depth":12.50,"note":"","notes":"old","condition":"AngII"}}';
  const edited = editMetadata(text, { experiment: { depth: null, note: "" } });
  expect(edited).toContain('"condition":"AngII"'.replace(":", ": "));
  expect(parseMetadata(edited).experiment).toMatchObject({
    ...{ depth: undefined, note: undefined, condition: "AngII" },
  });
});
