import { parseLossless } from "@kym/zarr-store/json";
import { expect, test } from "vitest";
import {
  type AcqstoreSidecar,
  isAcqstoreSidecar,
  readAcqstoreSidecar,
} from "../../../src/formats/acqstore/acqstore-sidecar.ts";
import { acqstoreJsonFormat } from "../../../src/formats/sidecars/acqstore-json-format.ts";
import { acqstoreJson, analysis, rectRoi } from "../../support/acqstore-files.ts";
import { caught } from "../../support/caught.ts";

function read(text: string): AcqstoreSidecar {
  return readAcqstoreSidecar(parseLossless(text, { allowNonFinite: true }));
}

function header(change: object): { readonly image_header_metadata: object } {
  const { image_header_metadata: before } = JSON.parse(acqstoreJson());
  return { image_header_metadata: { ...before, ...change } };
}

test("a rect keeps its numbers, a line goes through the middle of its pixels, and ids stay", () => {
  const line = {
    ...{ roi_id: 7, roi_type: "linesegmentroi", version: "1.0", name: "", note: "n" },
    data: { row0: 10, col0: 0, row1: 2, col1: 15 },
  };
  const { rois, problems } = read(acqstoreJson({ rois: [rectRoi(3, [1, 4], [0, 3]), line] }));
  expect(problems).toEqual([]);
  expect(rois.map(({ roi }) => roi)).toMatchObject([
    { id: 3, type: "rect", bounds: { dim0Start: 1, dim0Stop: 4, dim1Start: 0, dim1Stop: 3 } },
    {
      id: 7,
      type: "line",
      points: [
        { dim0: 10.5, dim1: 0.5 },
        { dim0: 2.5, dim1: 15.5 },
      ],
      note: "n",
    },
  ]);
  expect(rois.map(({ rowStart, colStart }) => [rowStart, colStart])).toEqual([
    [1, 0],
    [2, 0],
  ]);
});

test("fields without a value say nothing, and numbers may be written as text", () => {
  const { experiment } = read(acqstoreJson());
  expect([...experiment.keys()]).toEqual(["condition", "depth"]);
  expect(experiment.get("depth")).toMatchObject({ kind: "number", text: "75.5" });
});

test.each([
  [{ physical_label_y: "ms", physical_unit_y: 1.5 }, [0.0015, 0.5]],
  [{ physical_label_y: "Seconds" }, [0.002, 0.5]],
  [{ physical_label_x: "\u03bcm" }, [0.002, 0.5]],
  [{ physical_label_x: "micrometer" }, [0.002, 0.5]],
  [{ physical_label_x: "nm", physical_unit_x: 450 }, [0.002, 0.45]],
  [{ physical_label_x: "Pixels", physical_unit_x: 1 }, [0.002, undefined]],
  [{ physical_label_y: "Pixels", physical_label_x: "Pixels" }, [undefined, undefined]],
])("steps are in the unit of their label: %j", (change, expected) => {
  const { scales, problems } = read(acqstoreJson(header(change)));
  expect(scales.map((scale) => scale?.step)).toEqual(expected);
  expect(problems).toEqual([]);
});

test.each([
  [header({ physical_unit_y: -1 }), "physical_unit_y is -1, not a step above 0"],
  [header({ physical_label_x: "furlong" }), 'physical_label_x is "furlong": its physical_unit_x is not used'],
  [header({ physical_label_x: "s" }), 'physical_label_x is "s": its physical_unit_x is not used'],
  [{ accepted: "yes" }, "expected true or false at $.accepted, found string"],
  [{ rois: {} }, "expected an array at $.rois, found object"],
  [{ rois: [rectRoi(1, [0, 2], [0, 2]), rectRoi(1, [0, 1], [0, 1])] }, "roi_id 1 is there already"],
  [{ rois: [rectRoi(0, [0, 2], [0, 2])] }, "expected a whole number from 1 to 999999999 at $.rois[0].roi_id"],
  [{ rois: [rectRoi(1, [-1, 2], [0, 2])] }, "at $.rois[0].data.row_start, found -1"],
  [{ rois: [rectRoi(1, [2, 2], [0, 2])] }, "expected stops after starts at $.rois[0].data"],
  [{ rois: [rectRoi(1, [0, 1e300], [0, 2])] }, "expected an integer at $.rois[0].data.row_stop"],
  [{ rois: [rectRoi(1, [0, 2], [0, 2], { roi_type: "ellipse" })] }, "found ellipse"],
  [{ rois: [rectRoi(1, [0, 2], [0, 2], { version: "9" })] }, "ROI 1: expected version 1.0, found 9"],
  [{ analysis: [analysis("tortuosity", 1)] }, 'the analysis "tortuosity" of ROI 1 has no place here'],
  [
    { analysis: [analysis("event", 1), analysis("event", 1)] },
    "event of ROI 1 and channel 1 is there already",
  ],
  [{ analysis: [analysis("event", -3)] }, "at $.analysis[0].roi_id, found -3"],
  [{ reference_image_metadata: { scan_path_x_pixels: [1, 2], scan_path_y_pixels: [1] } }, "2 x, 1 y"],
  [{ lab_extension: { a: 1 } }, "it also has lab_extension"],
])("a piece that is wrong is named, and the others are read: %j", (change, problem) => {
  const { problems, experiment } = read(acqstoreJson(change));
  expect(problems.join("\n")).toContain(problem);
  expect(experiment.size).toBe(2);
});

test("tokens that are no JSON, as Python writes them, are read as nothing", () => {
  const text = acqstoreJson(header({ physical_unit_y: 0 }))
    .replace('"physical_unit_y":0', '"physical_unit_y":NaN')
    .replace('"depth":"75.5"', '"depth":NaN');
  const { scales, experiment, problems } = read(text);
  expect(scales[0]).toBeNull();
  expect(experiment.has("depth")).toBe(false);
  expect(problems).toEqual(["physical_unit_y is NaN, not a step above 0: it is not used"]);
});

test.each([1, 3, "2", null, 2.5])("version %j is refused by name", async (version) => {
  const error = await caught(() => read(acqstoreJson({ version })));
  expect(error).toMatchObject({ code: "not_supported" });
  expect(String(error)).toContain(`expected version 2, found ${JSON.stringify(version)}`);
});

test("a JSON of this name that is not acqstore's is the artifact of its name", async () => {
  expect(isAcqstoreSidecar(parseLossless('{"qc":1}'))).toBe(false);
  const facts = await acqstoreJsonFormat.parse(new TextEncoder().encode('{"qc":1}'), {
    ...{ relPath: "a.tif.json", artifact: "", gunzip: async (bytes) => bytes },
  });
  expect(facts.artifacts).toEqual([{ kind: "json", name: "tif", text: '{"qc":1}' }]);
});
