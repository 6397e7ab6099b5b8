import { expect, test } from "vitest";
import { mergeMetadata, metadataChanges, resolveMetadata } from "../../src/merge/index.ts";

const BASE = `{
  "version": "2.0",
  "header": {"voxels": [0.0011699666666666665, 0.284], "voxels_units": ["s", "um"], "laser": {"nm": 820.0, "mW": 5}},
  "experiment_metadata": {"condition": "", "note": "", "depth": 10.50},
  "rois": [{"roi_id": 1, "data": {"x0": 0, "x1": 38}}],
  "accepted": true,
  "olympus_header": {"General": {"Date": "07/22/2025"}}
}`;

const merge = (ours: (text: string) => string, theirs: (text: string) => string) =>
  mergeMetadata({ base: BASE, ours: ours(BASE), theirs: theirs(BASE) });
const put = (from: string, to: string) => (text: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};
const ROI = '{"roi_id": 1, "data": {"x0": 0, "x1": 38}}';
const withRoi = (x1: number) => put(ROI, `${ROI}, {"roi_id": 2, "data": {"x0": 3, "x1": ${x1}}}`);

test("a ROI of one side and a condition of the other are both there", () => {
  const { merged, conflicts, taken } = merge(withRoi(9), put('"condition": ""', '"condition": "AngII"'));
  expect(conflicts).toEqual([]);
  expect(taken).toEqual(["experiment_metadata.condition"]);
  expect(JSON.parse(merged)).toMatchObject({
    experiment_metadata: { condition: "AngII" },
    rois: [{ roi_id: 1 }, { roi_id: 2 }],
  });
  expect(merged).toContain("10.50");
  expect(merged).toContain("820.0");
});

test("what both sides changed is a conflict, and ours stays", () => {
  const { merged, conflicts } = merge(
    put('"condition": ""', '"condition": "Control"'),
    put('"condition": ""', '"condition": "AngII"'),
  );
  expect(conflicts).toEqual([
    { field: "experiment_metadata.condition", base: '""', ours: '"Control"', theirs: '"AngII"' },
  ]);
  expect(JSON.parse(merged).experiment_metadata.condition).toBe("Control");
});

test("one new ROI id with two geometries is a conflict; ids are not given anew", () => {
  const { merged, conflicts } = merge(withRoi(9), withRoi(12));
  expect(conflicts).toMatchObject([{ field: "roi:2", base: undefined }]);
  expect(JSON.parse(merged).rois.map(({ roi_id: id }: { roi_id: number }) => id)).toEqual([1, 2]);
  expect(merge(withRoi(9), withRoi(9)).conflicts).toEqual([]);
});

test("the calibration is one field: a step of one side never meets the unit of the other", () => {
  const { conflicts } = merge(put("0.284", "0.5"), put('["s", "um"]', '["ms", "um"]'));
  expect(conflicts).toEqual([
    {
      field: "calibration",
      base: '{"voxels":[0.0011699666666666665,0.284],"voxels_units":["s","um"]}',
      ours: '{"voxels":[0.0011699666666666665,0.5],"voxels_units":["s","um"]}',
      theirs: '{"voxels":[0.0011699666666666665,0.284],"voxels_units":["ms","um"]}',
    },
  ]);
});

test("leaves of an object in the header are fields of their own; other members at the top are one", () => {
  const { merged, conflicts } = merge(put('"mW": 5', '"mW": 6'), put("820.0", "900.0"));
  expect(conflicts).toEqual([]);
  expect(JSON.parse(merged).header.laser).toEqual({ nm: 900, mW: 6 });
  const both = merge(put("07/22", "07/23"), put('{"Date"', '{"Time": 1, "Date"'));
  expect(both.conflicts.map(({ field }) => field)).toEqual(["olympus_header"]);
});

test("a ROI that one side deleted is gone, unless the other side changed it", () => {
  const gone = merge((text) => text, put(ROI, ""));
  expect(gone.taken).toEqual(["roi:1"]);
  expect(JSON.parse(gone.merged)).toMatchObject({ rois: [], roi_id_high_water_mark: 1 });
  const clash = merge(put(ROI, ""), put('"x1": 38', '"x1": 30'));
  expect(clash.conflicts).toMatchObject([{ field: "roi:1", ours: undefined }]);
});

test("the highest ROI id that any version knows stays", () => {
  const mark = (id: number) => put('"accepted"', `"roi_id_high_water_mark": ${id}, "accepted"`);
  expect(JSON.parse(merge(mark(4), mark(9)).merged).roi_id_high_water_mark).toBe(9);
  expect(merge(mark(9), mark(4)).merged).toBe(mark(9)(BASE));
});

test("another spelling of a number, an empty text and an order of members are no change", () => {
  const respelled = (text: string): string =>
    put('"condition": "", "note": "", "depth": 10.50', '"depth": 10.5, "note": null')(text);
  const { merged, taken } = merge((text) => text, respelled);
  expect([merged, taken]).toEqual([BASE, []]);
  expect(merge(put('"depth": 10.50', '"depth": 11'), respelled).conflicts).toEqual([]);
});

test("integers beyond 2^53 that differ in the last digit differ", () => {
  const [a, b] = ['{"ns": 1753190060091123456}', '{"ns": 1753190060091123457}'];
  expect(metadataChanges(a, b)).toEqual([
    { field: "ns", before: "1753190060091123456", after: "1753190060091123457" },
  ]);
  expect(metadataChanges('{"n": 100}', '{"n": 1.0e+2}')).toEqual([]);
});

test("without a base, what both say alike passes and everything else is a conflict", () => {
  const theirs = put('"note": ""', '"note": "thin"')(BASE);
  const { merged, conflicts, taken } = mergeMetadata({ ours: withRoi(9)(BASE), theirs });
  expect(conflicts.map(({ field }) => field)).toEqual(["experiment_metadata.note", "roi:2"]);
  expect(taken).toEqual([]);
  expect(merged).toBe(withRoi(9)(BASE));
});

test("a side without a section, with two ROIs of one id or with none loses nothing", () => {
  const { merged } = mergeMetadata({
    base: "{}",
    ours: '{"rois": [{"roi_id": 1, "a": 1}, {"roi_id": 1, "a": 2}, {"name": "no id"}]}',
    theirs: '{"header": {"laser": 1}, "rois": {"other": "form"}}',
  });
  expect(JSON.parse(merged)).toEqual({
    rois: [{ roi_id: 1, a: 1 }, { roi_id: 1, a: 2 }, { name: "no id" }],
    header: { laser: 1 },
  });
  const items = mergeMetadata({
    base: "{}",
    ours: '{"rois": [{"name": "x"}]}',
    theirs: '{"rois": [{"roi_id": 2}]}',
  });
  expect(JSON.parse(items.merged).rois).toEqual([{ name: "x" }, { roi_id: 2 }]);
});

test("names of fields tell a key with a point from a path, and a member from the calibration", () => {
  const changes = metadataChanges(
    "{}",
    '{"header.a": 1, "calibration": 2, "header": {"a": {"b": 1}, "a.b": 2}}',
  );
  expect(changes.map(({ field }) => field)).toEqual([
    '["header.a"]',
    '["calibration"]',
    "header.a",
    'header["a.b"]',
  ]);
});

test("chosen fields get the value of theirs, and no other does", () => {
  const ours = put('"condition": ""', '"condition": "Control"')(withRoi(9)(BASE));
  const theirs = put('"condition": ""', '"condition": "AngII"')(withRoi(12)(BASE));
  const settled = resolveMetadata(
    ours,
    theirs,
    new Map([
      ["roi:2", "theirs"],
      ["experiment_metadata.condition", "ours"],
    ]),
  );
  expect(JSON.parse(settled)).toMatchObject({
    experiment_metadata: { condition: "Control" },
    rois: [{ roi_id: 1 }, { roi_id: 2, data: { x1: 12 } }],
  });
  expect(resolveMetadata(ours, theirs, new Map([["header.none", "theirs"]]))).toBe(ours);
});

test("a version that is no object or no JSON is refused by name", () => {
  expect(() => mergeMetadata({ ours: "{}", theirs: "[]" })).toThrow(
    "theirs: expected an object, found array",
  );
  expect(() => mergeMetadata({ base: "{", ours: "{}", theirs: "{}" })).toThrow(/base/);
});
