import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmptyRoi } from "../../src/edit/is-empty-roi.ts";
import { isRoiError, type RoiErrorCode, roiFromEnvelope, toEnvelope } from "../../src/index.ts";
import { anyRoi } from "../support/arbitraries.ts";

const ENVELOPE = {
  roi_id: 2,
  roi_type: "rect",
  version: "1.0",
  name: "",
  note: "Center Region",
  channel: 1,
  z: 0,
  data: { x0: 9, x1: 28, y0: 7500, y1: 22500 },
  meta: { img_min: 106, img_max: 373, img_mean: 209.2418947368421, img_std: 49.596099867066236 },
};

const BOUNDS = { dim0Start: 7500, dim0Stop: 22500, dim1Start: 9, dim1Stop: 28 };
const DIM_DATA = { dim0_start: 7500, dim0_stop: 22500, dim1_start: 9, dim1_stop: 28 };

function errorOf(
  value: unknown,
  path?: string,
): { code: RoiErrorCode; path: string | undefined; message: string } {
  try {
    roiFromEnvelope(value, { path });
  } catch (error) {
    if (isRoiError(error)) {
      return { code: error.code, path: error.details.path, message: error.message };
    }
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("roiFromEnvelope", () => {
  test("x is dim1 and y is dim0", () => {
    expect(roiFromEnvelope(ENVELOPE)).toEqual({
      type: "rect",
      id: 2,
      name: "",
      note: "Center Region",
      channel: 1,
      z: 0,
      revision: 0,
      stats: { imgMin: 106, imgMax: 373, imgMean: 209.2418947368421, imgStd: 49.596099867066236 },
      meta: {},
      extra: {},
      bounds: BOUNDS,
    });
  });

  test("every spelling of a rect is read as the same ROI and written as the envelope", () => {
    const { data: _, roi_id: id, meta, ...rest } = ENVELOPE;
    const flat = { id, channel: 1, z: 0, name: "", note: "Center Region", revision: 0, ...meta };
    const spellings = [
      { ...ENVELOPE, data: DIM_DATA },
      { ...ENVELOPE, data: { ...ENVELOPE.data, ...DIM_DATA } },
      { ...rest, id, meta, data: ENVELOPE.data },
      { ...ENVELOPE, roi_type: "RECT" },
      { ...ENVELOPE, data: { x0: 28n, x1: 9n, y0: 22500n, y1: 7500n } },
      { ...flat, ...DIM_DATA },
      { ...flat, ...DIM_DATA, roi_type: "rect" },
      { ...flat, ...ENVELOPE.data },
    ];
    for (const spelling of spellings) {
      expect(roiFromEnvelope(spelling)).toEqual(roiFromEnvelope(ENVELOPE));
      expect(JSON.stringify(toEnvelope(roiFromEnvelope(spelling)))).toBe(JSON.stringify(ENVELOPE));
    }
  });

  test("the flat form keeps revision and statistics beside the rest, null where there are none", () => {
    const flat = {
      id: 1,
      revision: 3,
      img_min: null,
      img_max: null,
      img_mean: null,
      img_std: null,
      ...DIM_DATA,
    };
    const roi = roiFromEnvelope(flat);
    expect(roi).toMatchObject({ revision: 3, meta: {}, extra: {} });
    expect(roi.stats).toBeUndefined();
    expect(toEnvelope(roi)["meta"]).toEqual({ revision: 3 });
  });

  test("a mask has a reference and no bounds", () => {
    const envelope = {
      ...ENVELOPE,
      roi_type: "mask",
      data: { mask_ref: "analysis_arrays/roi_mask_2" },
      meta: {},
    };
    expect(roiFromEnvelope(envelope)).toMatchObject({ type: "mask", maskRef: "analysis_arrays/roi_mask_2" });
    expect(toEnvelope(roiFromEnvelope(envelope))).toEqual(envelope);
  });

  test("what is absent or null has its default", () => {
    const { data } = ENVELOPE;
    const nulls = {
      name: null,
      note: null,
      channel: null,
      z: null,
      meta: null,
      version: null,
      roi_type: null,
    };
    for (const envelope of [
      { roi_id: 5, data },
      { roi_id: 5, data, ...nulls },
    ]) {
      const expected = { type: "rect", id: 5, name: "", note: "", channel: 1, z: 0, revision: 0, meta: {} };
      expect(roiFromEnvelope(envelope)).toMatchObject(expected);
    }
  });

  test("an empty rect is kept as it is", () => {
    const data = { x0: 4, x1: 4, y0: -5, y1: 900 };
    expect(toEnvelope(roiFromEnvelope({ roi_id: 1, data }))["data"]).toEqual(data);
  });

  test("an incomplete set of statistics stays in meta as it came", () => {
    const meta = { img_mean: 1.5, revision: 2 };
    const roi = roiFromEnvelope({ ...ENVELOPE, meta });
    expect(roi.stats).toBeUndefined();
    expect(roi).toMatchObject({ revision: 2, meta: { img_mean: 1.5 } });
    expect(toEnvelope(roi)["meta"]).toEqual(meta);
  });

  test("a type that is not known is named", () => {
    const found = errorOf({ ...ENVELOPE, roi_type: "Blob" });
    expect(found).toMatchObject({ code: "invalid_argument", path: "$.roi_type" });
    expect(found.message).toContain(
      'unknown roi_type "Blob", expected one of rect, mask, line, polyline, polygon',
    );
  });

  test("a line has ends with fractions, in its direction, in both spellings", () => {
    const data = { x0: 9.5, x1: 2, y0: 30, y1: 0.25 };
    const line = { ...ENVELOPE, roi_type: "line", data };
    const dims = { dim0_start: 30, dim0_stop: 0.25, dim1_start: 9.5, dim1_stop: 2 };
    const points = [
      { dim0: 30, dim1: 9.5 },
      { dim0: 0.25, dim1: 2 },
    ];
    expect(roiFromEnvelope(line)).toMatchObject({ type: "line", points });
    expect(roiFromEnvelope({ ...line, data: dims })).toEqual(roiFromEnvelope(line));
    expect(roiFromEnvelope({ id: 2, roi_type: "Line", ...dims })).toMatchObject({ points, extra: {} });
    expect(JSON.stringify(toEnvelope(roiFromEnvelope(line)))).toBe(JSON.stringify(line));
  });

  test.each(["polyline", "polygon"])("a %s has arrays of x and y, in both spellings", (roiType) => {
    const [x, y] = [
      [1, 4.5, 4],
      [0, 0, 30],
    ];
    const stored = { ...ENVELOPE, roi_type: roiType, data: { x, y } };
    const points = [
      { dim0: 0, dim1: 1 },
      { dim0: 0, dim1: 4.5 },
      { dim0: 30, dim1: 4 },
    ];
    expect(roiFromEnvelope(stored)).toMatchObject({ type: roiType, points });
    expect(roiFromEnvelope({ ...stored, data: { dim1: x, dim0: [0n, 0, 30n], x } })).toEqual(
      roiFromEnvelope(stored),
    );
    expect(roiFromEnvelope({ id: 2, roi_type: roiType, dim0: y, dim1: x })).toMatchObject({
      points,
      extra: {},
    });
    expect(JSON.stringify(toEnvelope(roiFromEnvelope(stored)))).toBe(JSON.stringify(stored));
  });

  test("what has no size is kept as it is", () => {
    const same = { x: [4, 4], y: [5, 5] };
    for (const [roiType, data] of [
      ["line", { x0: 4, x1: 4, y0: 5, y1: 5 }],
      ["polyline", same],
      ["polygon", same],
    ] as const) {
      const roi = roiFromEnvelope({ roi_id: 1, roi_type: roiType, data });
      expect(isEmptyRoi(roi)).toBe(true);
      expect(toEnvelope(roi)["data"]).toEqual(data);
    }
  });

  test.each<[string, unknown, string]>([
    ["points that are no array", { x: 1, y: [1] }, "$.data.x"],
    ["no points", { x: [], y: [] }, "$.data.x"],
    ["a missing axis", { x: [1, 2] }, "$.data.y"],
    ["axes of different lengths", { x: [1, 2, 3], y: [1, 2] }, "$.data.y"],
    ["spellings of an axis that disagree", { x: [1, 2], dim1: [1, 3], y: [1, 2] }, "$.data.dim1"],
    ["a coordinate without end", { x: [1, Number.NaN], y: [1, 2] }, "$.data.x[1]"],
    ["a coordinate in words", { x: [1, 2], y: ["1", 2] }, "$.data.y[0]"],
    ["a coordinate beyond every image", { x: [1, 2], y: [1, 2 ** 31 + 1] }, "$.data.y[1]"],
  ])("a polygon with %s is refused with its path", (_name, data, path) => {
    expect(errorOf({ ...ENVELOPE, roi_type: "polygon", data })).toMatchObject({
      code: "invalid_argument",
      path,
    });
  });

  test("an envelope of another version is not guessed at", () => {
    expect(errorOf({ ...ENVELOPE, version: "2.0" })).toMatchObject({
      code: "not_supported",
      path: "$.version",
    });
  });

  test.each<[string, unknown, string]>([
    ["no object", [], "$"],
    ["null", null, "$"],
    ["an empty object", {}, "$.roi_id"],
    ["an id of 0", { ...ENVELOPE, roi_id: 0 }, "$.roi_id"],
    ["an id beside the safe integers", { ...ENVELOPE, roi_id: 2n ** 53n }, "$.roi_id"],
    ["an id in words", { roi_type: "rect", id: "2", data: ENVELOPE.data }, "$.id"],
    ["a name that is no text", { ...ENVELOPE, name: 7 }, "$.name"],
    ["a note that is no text", { ...ENVELOPE, note: ["x"] }, "$.note"],
    ["a channel of 0", { ...ENVELOPE, channel: 0 }, "$.channel"],
    ["half a slice", { ...ENVELOPE, z: 0.5 }, "$.z"],
    ["a type that is no text", { ...ENVELOPE, roi_type: 1 }, "$.roi_type"],
    ["data that is no object", { ...ENVELOPE, data: "9,28" }, "$.data"],
    ["data that is null", { ...ENVELOPE, data: null }, "$.data"],
    ["a missing edge", { ...ENVELOPE, data: { x0: 9, x1: 28, y0: 7500 } }, "$.data.y1"],
    ["a missing edge of the flat form", { id: 1, dim0_start: 0, dim0_stop: 9, dim1_start: 0 }, "$.x1"],
    ["half a pixel", { ...ENVELOPE, data: { ...ENVELOPE.data, x1: 28.5 } }, "$.data.x1"],
    ["an edge in words", { ...ENVELOPE, data: { ...DIM_DATA, dim0_stop: "9" } }, "$.data.dim0_stop"],
    [
      "an edge without end",
      { ...ENVELOPE, data: { ...ENVELOPE.data, y1: Number.POSITIVE_INFINITY } },
      "$.data.y1",
    ],
    [
      "spellings that disagree",
      { ...ENVELOPE, data: { ...ENVELOPE.data, dim0_stop: 1 } },
      "$.data.dim0_stop",
    ],
    ["meta that is no object", { ...ENVELOPE, meta: [] }, "$.meta"],
    ["a negative revision", { ...ENVELOPE, meta: { revision: -1 } }, "$.meta.revision"],
    ["a revision of the flat form in words", { id: 1, revision: "3", ...DIM_DATA }, "$.revision"],
    ["a mask without a reference", { ...ENVELOPE, roi_type: "mask", data: {} }, "$.data.mask_ref"],
    [
      "a mask with an empty reference",
      { ...ENVELOPE, roi_type: "mask", data: { mask_ref: "" } },
      "$.data.mask_ref",
    ],
  ])("%s is refused with its path", (_name, value, path) => {
    const found = errorOf(value);
    expect(found).toMatchObject({ code: "invalid_argument", path });
    expect(found.message).toContain(`${path}: expected`);
  });

  test("paths begin where the caller says", () => {
    expect(errorOf({ ...ENVELOPE, z: -1 }, "$.rois[3]").path).toBe("$.rois[3].z");
  });

  test("a document nested without end is refused", () => {
    let nested: unknown = 0;
    for (let depth = 0; depth < 100_000; depth += 1) {
      nested = [nested];
    }
    expect(errorOf({ ...ENVELOPE, meta: { nested } })).toMatchObject({ code: "invalid_argument" });
  });

  test("any JSON is either a ROI or a typed error", () => {
    const key = fc.constantFrom(
      ...Object.keys(ENVELOPE),
      "id",
      "x0",
      "x1",
      "y0",
      "y1",
      "mask_ref",
      "revision",
    );
    const leaf = fc.oneof(fc.jsonValue(), fc.constantFrom("rect", "mask", "line", "1.0", 1, 2n, null));
    const document = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)));
    fc.assert(
      fc.property(fc.oneof(document, fc.jsonValue()), (value) => {
        try {
          roiFromEnvelope(value);
        } catch (error) {
          expect(isRoiError(error, "invalid_argument", "not_supported")).toBe(true);
        }
      }),
    );
  });
});

describe("toEnvelope", () => {
  test("keys stand in the order of the stored form, unknown ones after them", () => {
    const roi = roiFromEnvelope({
      colour: "red",
      ...ENVELOPE,
      meta: { tag: 1, revision: 4, ...ENVELOPE.meta },
    });
    expect(Object.keys(toEnvelope(roi))).toEqual([...Object.keys(ENVELOPE), "colour"]);
    expect(Object.keys(Object(toEnvelope(roi)["meta"]))).toEqual([
      "revision",
      "img_min",
      "img_max",
      "img_mean",
      "img_std",
      "tag",
    ]);
  });

  test("unknown keys of the envelope, of data and of meta survive, __proto__ among them", () => {
    const text = `{"roi_id":1,"roi_type":"rect","version":"1.0","name":"","note":"","channel":1,"z":0,
      "data":{"x0":0,"x1":1,"y0":0,"y1":1,"__proto__":{"a":1},"angle":0.5},
      "meta":{"mask_ref":"analysis_arrays/roi_mask_1","__proto__":[1]},"id":"9f","__proto__":null,"by":{"who":["x"]}}`;
    const stored = toEnvelope(roiFromEnvelope(JSON.parse(text)));
    expect(JSON.stringify(stored)).toBe(JSON.stringify(JSON.parse(text)));
  });

  test("reading what was written gives the same ROI", () => {
    fc.assert(
      fc.property(anyRoi, (roi) => {
        expect(roiFromEnvelope(toEnvelope(roi))).toStrictEqual(roi);
      }),
    );
  });

  test("writing what was read from JSON text gives the same text", () => {
    fc.assert(
      fc.property(anyRoi, (roi) => {
        const text = JSON.stringify(toEnvelope(roi));
        expect(JSON.stringify(toEnvelope(roiFromEnvelope(JSON.parse(text))))).toBe(text);
      }),
    );
  });

  test("integers beyond the safe ones survive in unknown keys", () => {
    const roi = roiFromEnvelope({ ...ENVELOPE, meta: { made_ns: 1771711156123456789n } });
    expect(toEnvelope(roi)["meta"]).toEqual({ made_ns: 1771711156123456789n });
  });
});
