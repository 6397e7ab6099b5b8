import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { expect, it } from "vitest";
import { type AcqstoreParts, acqstoreFiles } from "../../../src/export/acqstore/acqstore-files.ts";
import { ngffLayout } from "../../../src/export/ngff/ngff-layout.ts";

const SCALES = [
  { unit: "s", step: 0.001 },
  { unit: "\u00b5m", step: 0.5 },
];
const ROI = {
  ...{ roi_id: 1, roi_type: "rectroi", version: "1.0", name: "v", note: "" },
  data: { row_start: 10, row_stop: 90, col_start: 0, col_stop: 20 },
};
const ANALYSIS = {
  ...{ analysis_name: "radon_velocity", channel: 0, roi_id: 1 },
  ...{ detection_params: { window_width: 64 }, summary: { velocity_mean: 127.03241907850577 } },
};
const DOCUMENT = {
  version: 2,
  rois: [ROI],
  image_header_metadata: { physical_unit_y: 0.001, physical_unit_x: 0.5 },
  analysis: [ANALYSIS, { analysis_name: "other", channel: 0, roi_id: 1 }],
};
const METADATA = {
  version: "2.0",
  accepted: false,
  experiment_metadata: { species: "mouse", age: 12, animal: "A89", depth: 75.5 },
  rois: [
    {
      ...{ roi_id: 1, roi_type: "rect", version: "1.0", name: "v", note: "\u00fc" },
      data: { dim0_start: 10, dim0_stop: 90, dim1_start: 0, dim1_stop: 20 },
    },
  ],
};
const TABLE = "channel,roi_id,time_s,velocity\n0,1,0.1,2.0\n0,2,0.1,3.0\n1,1,0.1,4.0\n";

function files(changes: Partial<AcqstoreParts> = {}, document: unknown = DOCUMENT) {
  const { files: written, notes } = acqstoreFiles({
    axes: ngffLayout(["t", "x"], SCALES).axes,
    shape: [100, 20],
    dtype: "uint16",
    fileName: "a.tif",
    metadata: JSON.stringify(METADATA),
    document: parseLossless(JSON.stringify(document)),
    tables: new Map([["radon_velocity", new TextEncoder().encode(TABLE)]]),
    contrast: undefined,
    reference: undefined,
    ...changes,
  });
  const texts = new Map(written.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]));
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts the shape that it looks at
  const json = (path: string): any => plainValue(parseLossless(texts.get(path) ?? "null"));
  return { texts, notes, json };
}

it("the document has acqstore's members and ROIs, accepted, experiment and calibration of the dataset", () => {
  const { json, texts } = files();
  const document = json("acqstore/acq_image.json");
  expect(document).toMatchObject({ version: 2, accepted: false, rois: [{ ...ROI, note: "\u00fc" }] });
  expect(document.experiment_metadata).toMatchObject({
    species: "mouse",
    age: "12",
    depth: 75.5,
    region: "",
  });
  expect(document.image_header_metadata).toEqual({
    ...{ date: "", time: "", dtype: "uint16", num_channels: 1, num_scenes: 1 },
    ...{ dims: "('Y', 'X')", shape: "(100, 20)", sizes: "{'Y': 100, 'X': 20}" },
    ...{ physical_label_x: "um", physical_label_y: "seconds", physical_unit_x: 0.5, physical_unit_y: 0.001 },
  });
  expect(texts.get("acqstore/acq_image.json")).toContain("\\u00fc");
});

it("an analysis of acqstore goes back with its own rows, and one of another name does not", () => {
  const { json, texts, notes } = files();
  expect(json("acqstore/acq_image.json").analysis).toEqual([ANALYSIS]);
  expect(json("acqstore/manifest.json").analyses).toEqual([
    {
      ...{ id: "radon_velocity__c0__r1", analysis_name: "radon_velocity", channel: 0, roi_id: 1 },
      resources: { table: "acqstore/analysis/radon_velocity__c0__r1.table.csv", peaks: null },
    },
  ]);
  expect(texts.get("acqstore/analysis/radon_velocity__c0__r1.table.csv")).toBe("time_s,velocity\n0.1,2.0\n");
  expect(notes).toEqual([]);
});

it("an analysis of a ROI that lies elsewhere now is left out, and said to be", () => {
  const moved = { ...ROI, data: { ...ROI.data, row_start: 0 } };
  const { json, notes } = files({}, { ...DOCUMENT, rois: [moved] });
  expect(json("acqstore/acq_image.json").analysis).toEqual([]);
  expect(notes).toEqual([
    "analyses of ROI 1 are left out: acqstore made them when it lay elsewhere. What came stands in kym/",
  ]);
});

it("analyses of another calibration are left out, and said to be", () => {
  const { json, notes } = files({ axes: ngffLayout(["t", "x"], [null, null]).axes });
  expect(json("acqstore/acq_image.json")).toMatchObject({
    analysis: [],
    image_header_metadata: { physical_label_y: "Pixels", physical_unit_y: 1 },
  });
  expect(notes[0]).toMatch(/^1 analysis of acqstore is left out: it was made with another calibration/);
});

it("an image that never was acqstore's has no analyses, and one without its table is said to lack it", () => {
  expect(files({ document: undefined }).json("acqstore/manifest.json").analyses).toEqual([]);
  const { notes, json } = files({ tables: new Map() });
  expect(notes).toEqual(["radon_velocity of ROI 1 has no table: none came with the image"]);
  expect(json("acqstore/manifest.json").analyses[0].resources.table).toBe(null);
});
