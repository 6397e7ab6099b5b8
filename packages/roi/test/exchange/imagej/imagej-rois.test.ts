import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmptyRoi } from "../../../src/edit/is-empty-roi.ts";
import { parseImageJRoi } from "../../../src/exchange/imagej/parse-imagej-roi.ts";
import { readImageJRois } from "../../../src/exchange/imagej/read-imagej-rois.ts";
import { roiFromImageJ } from "../../../src/exchange/imagej/roi-from-imagej.ts";
import { roiToImageJ } from "../../../src/exchange/imagej/roi-to-imagej.ts";
import { writeImageJRoi } from "../../../src/exchange/imagej/write-imagej-roi.ts";
import { writeImageJRois } from "../../../src/exchange/imagej/write-imagej-rois.ts";
import { writeZip } from "../../../src/exchange/zip/write-zip.ts";
import { createMaskRoi, createPolylineRoi, createRectRoi, type Roi, RoiSet } from "../../../src/index.ts";
import { anyRoi } from "../../support/arbitraries.ts";

const BOUNDS = { dim0Start: 2, dim0Stop: 6, dim1Start: 1, dim1Stop: 4 };

function draftOf(bytes: Uint8Array) {
  return roiFromImageJ(parseImageJRoi(bytes));
}

/** A file with a selection that this package does not write. */
function changed(bytes: Uint8Array, changes: Readonly<Record<number, number>>): Uint8Array {
  const copy = bytes.slice();
  for (const [offset, byte] of Object.entries(changes)) {
    copy[Number(offset)] = byte;
  }
  return copy;
}

const RECT = writeImageJRoi({ type: "rect", bounds: { x: 1, y: 2, width: 3, height: 4 } });
const LINE = writeImageJRoi({
  type: "line",
  coordinates: [
    { x: 1, y: 2 },
    { x: 3, y: 5.5 },
  ],
});
const CORNERS = [
  { x: 0, y: 0 },
  { x: 4, y: 0 },
  { x: 4, y: 9 },
];
const POLYGON = writeImageJRoi({ type: "polygon", coordinates: CORNERS });

describe("ImageJ's selections", () => {
  test("x is dim1 and y is dim0; a rect is half-open", () => {
    expect(draftOf(RECT).draft).toEqual({ type: "rect", name: "", bounds: BOUNDS });
  });

  test("whole numbers are a line's pixel centres and an area's pixel corners", () => {
    expect(draftOf(LINE).draft).toMatchObject({
      type: "line",
      points: [
        { dim0: 2.5, dim1: 1.5 },
        { dim0: 6, dim1: 3.5 },
      ],
    });
    expect(draftOf(POLYGON).draft).toMatchObject({
      type: "polygon",
      points: [
        { dim0: 0, dim1: 0 },
        { dim0: 0, dim1: 4 },
        { dim0: 9, dim1: 4 },
      ],
    });
  });

  test("a rect of fractions is the polygon of its corners", () => {
    const bytes = writeImageJRoi({ type: "rect", bounds: { x: 0.5, y: 1, width: 2, height: 4 } });
    expect(draftOf(bytes).draft).toMatchObject({
      type: "polygon",
      points: [
        { dim0: 1, dim1: 0.5 },
        { dim0: 1, dim1: 2.5 },
        { dim0: 5, dim1: 2.5 },
        { dim0: 5, dim1: 0.5 },
      ],
    });
  });

  test.each([
    ["freehand", "polygon"],
    ["traced", "polygon"],
    ["freeline", "polyline"],
  ] as const)("%s is a %s", (type, mapped) => {
    const bytes = writeImageJRoi({ type, coordinates: CORNERS });
    expect(draftOf(bytes)).toMatchObject({ draft: { type: mapped }, ignored: [] });
  });

  test.each([
    ["oval", changed(RECT, { 6: 2 })],
    ["none", changed(RECT, { 6: 6 })],
    ["angle", changed(POLYGON, { 6: 9 })],
    ["point", changed(POLYGON, { 6: 10 })],
    ["composite", changed(RECT, { 39: 20 })],
    ["text", changed(RECT, { 49: 1 })],
    ["image", changed(RECT, { 49: 4 })],
  ])("%s is refused by name", (name, bytes) => {
    expect(() => draftOf(bytes)).toThrow(
      expect.objectContaining({ code: "not_supported", message: expect.stringContaining(` ${name} `) }),
    );
  });

  test("what a ROI has no place for is said", () => {
    const bytes = changed(LINE, {
      35: 3,
      40: 0xff,
      41: 0x12,
      49: 2,
      51: 1 | 128,
      52: 1,
      [64 + 15]: 4,
      [64 + 30]: 7,
    });
    expect(draftOf(bytes).ignored).toEqual([
      { what: "subtype", value: "arrow" },
      { what: "position_t", value: 4 },
      { what: "stroke_width", value: 3 },
      { what: "stroke_color", value: "#ff120000" },
      { what: "spline_fit", value: 1 },
      { what: "arrow_style", value: 1 },
      { what: "group", value: 7 },
    ]);
  });

  test.each([
    [{}, {}, []],
    [{ slice: 3 }, { z: 2 }, []],
    [{ c: 2, z: 5 }, { channel: 2, z: 4 }, []],
    [{ slice: 3, c: 2 }, { channel: 2 }, [{ what: "position_slice", value: 3 }]],
    [
      { slice: 3, t: 4 },
      {},
      [
        { what: "position_slice", value: 3 },
        { what: "position_t", value: 4 },
      ],
    ],
  ])("the position %o is %o", (position, place, ignored) => {
    const bytes = writeImageJRoi({ type: "rect", bounds: { x: 1, y: 2, width: 3, height: 4 }, position });
    expect(draftOf(bytes)).toEqual({ draft: { type: "rect", name: "", bounds: BOUNDS, ...place }, ignored });
  });
});

describe("a RoiSet.zip", () => {
  test("gives back every ROI but masks and empty rects, with name, channel and z", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRoi, { maxLength: 5 }), async (rois) => {
        const { file, failed } = writeImageJRois(rois);
        const read = await readImageJRois(file);
        const [refused, written] = [
          rois.filter(cannotBeWritten),
          rois.filter((roi) => !cannotBeWritten(roi)),
        ];
        expect(failed.map(({ source, error }) => [source, error.code])).toEqual(
          refused.map(({ id, type }) => [
            `ROI ${id}`,
            type === "mask" ? "not_supported" : "invalid_argument",
          ]),
        );
        expect(read.rois.map(({ draft, ignored }) => ({ draft, ignored }))).toEqual(
          written.map((roi) => ({
            draft: { ...asRead(roi), name: nameAsRead(roi, read, written) },
            ignored: [],
          })),
        );
        expect([read.failed, read.skipped]).toEqual([[], []]);
      }),
    );
  });

  test("names its entries after the ROIs, each once and as file systems take them", async () => {
    const names = ["a", "a", "A", "a-1", "", "../b\\c\u0000", "µ", "a"];
    const rois = names.map((name, index) => createRectRoi({ id: index + 1, name, bounds: BOUNDS }));
    const { rois: read } = await readImageJRois(writeImageJRois(rois).file);
    expect(read.map(({ source }) => source)).toEqual([
      "a.roi",
      "a-1.roi",
      "A-2.roi",
      "a-1-1.roi",
      "roi-5.roi",
      ".._b_c_.roi",
      "µ.roi",
      "a-3.roi",
    ]);
    expect(read.map(({ draft }) => draft.name)).toEqual(names.map((name) => name || "roi-5"));
  });

  test("one bad entry does not stop the rest, and what is no ROI is said", async () => {
    const file = writeZip([
      { name: "good.roi", bytes: RECT },
      { name: "cut.ROI", bytes: RECT.subarray(0, 70) },
      { name: "oval.roi", bytes: changed(RECT, { 6: 2 }) },
      { name: "folder/line.roi", bytes: LINE },
      { name: "__MACOSX/._good.roi", bytes: new Uint8Array(9) },
      { name: "notes.txt", bytes: new Uint8Array(9) },
    ]);
    const { rois, failed, skipped } = await readImageJRois(file);
    expect(rois.map(({ source, draft }) => [source, draft.name])).toEqual([
      ["good.roi", "good"],
      ["folder/line.roi", "line"],
    ]);
    expect(failed.map(({ source, error }) => [source, error.code])).toEqual([
      ["cut.ROI", "invalid_argument"],
      ["oval.roi", "not_supported"],
    ]);
    expect(skipped).toEqual(["__MACOSX/._good.roi", "notes.txt"]);
  });

  test("without an entry has no ROI", async () => {
    expect(await readImageJRois(writeImageJRois([]).file)).toEqual({ rois: [], failed: [], skipped: [] });
  });

  test("a lone .roi file is read as well, and named after the file", async () => {
    const { rois } = await readImageJRois(RECT, { fileName: "C:\\scans\\vessel 1.roi" });
    expect(rois).toMatchObject([{ draft: { name: "vessel 1", bounds: BOUNDS } }]);
    await expect(readImageJRois(RECT.subarray(1))).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(readImageJRois(changed(RECT, { 6: 2 }))).rejects.toMatchObject({ code: "not_supported" });
  });

  test("what was read goes into a set, clipped to the image", async () => {
    const polyline = createPolylineRoi({
      id: 9,
      name: "path",
      points: [
        { dim0: 1, dim1: 1 },
        { dim0: 99, dim1: 1 },
      ],
    });
    const { rois } = await readImageJRois(writeImageJRois([polyline]).file);
    const set = rois.reduce((all, { draft }) => all.create(draft), RoiSet.empty({ height: 20, width: 10 }));
    expect(set.require(1)).toMatchObject({ type: "polyline", name: "path", channel: 1, z: 0 });
  });

  test("a mask cannot be a selection", () => {
    const mask = createMaskRoi({ id: 3, maskRef: "masks/3" });
    expect(() => roiToImageJ(mask)).toThrow(expect.objectContaining({ code: "not_supported" }));
  });
});

function cannotBeWritten(roi: Roi): boolean {
  return roi.type === "mask" || (roi.type === "rect" && isEmptyRoi(roi));
}

/** The draft that a ROI becomes when it is read back, with 32-bit positions. */
function asRead(roi: Roi) {
  const { channel, z } = roi;
  const place = { channel, z };
  if (roi.type === "rect") {
    return { ...place, type: "rect", bounds: roi.bounds };
  }
  if (roi.type === "mask") {
    throw new Error("masks are not written");
  }
  const shift = roi.type === "polygon" ? 0 : 0.5;
  const round = (value: number): number => Math.fround(value - shift) + shift;
  return {
    ...place,
    type: roi.type,
    points: roi.points.map(({ dim0, dim1 }) => ({ dim0: round(dim0), dim1: round(dim1) })),
  };
}

function nameAsRead(
  roi: Roi,
  read: { readonly rois: readonly { readonly source: string }[] },
  written: readonly Roi[],
): string {
  return roi.name || (read.rois[written.indexOf(roi)]?.source.slice(0, -4) ?? "");
}
