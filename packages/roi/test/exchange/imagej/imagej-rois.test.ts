import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isEmptyRoi } from "../../../src/edit/is-empty-roi.ts";
import { roundedOutline } from "../../../src/exchange/imagej/kinds/rounded-outline.ts";
import { parseImageJRoi } from "../../../src/exchange/imagej/parse-imagej-roi.ts";
import { readImageJRois } from "../../../src/exchange/imagej/read-imagej-rois.ts";
import { roiFromImageJ } from "../../../src/exchange/imagej/roi-from-imagej.ts";
import { roiToImageJ } from "../../../src/exchange/imagej/roi-to-imagej.ts";
import { writeImageJRoi } from "../../../src/exchange/imagej/write-imagej-roi.ts";
import { imageJBytesOf, writeImageJRois } from "../../../src/exchange/imagej/write-imagej-rois.ts";
import { writeZip } from "../../../src/exchange/zip/write-zip.ts";
import {
  containsPoint,
  createMaskRoi,
  createPolygonRoi,
  createPolylineRoi,
  createRectRoi,
  type ImageExtent,
  type PolygonRoi,
  type Roi,
  RoiSet,
  rasterize,
} from "../../../src/index.ts";
import { isSet } from "../../pixels/check-raster-agrees.ts";
import { anyRoi } from "../../support/arbitraries.ts";
import { changed, composite, textRoi } from "./other-selections.ts";

/** A number from `least` to `most`, in steps of an eighth, some of them whole. */
const part = (most: number, least = 0) =>
  fc.oneof(
    fc.integer({ min: least, max: most }),
    fc.integer({ min: 8 * least, max: 8 * most }).map((eighth) => eighth / 8),
  );

const BOUNDS = { dim0Start: 2, dim0Stop: 6, dim1Start: 1, dim1Stop: 4 };

function draftOf(bytes: Uint8Array) {
  return roiFromImageJ(parseImageJRoi(bytes));
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
    ["oval", changed(RECT, { 6: 2 }), "polygon", "ImageJ oval, here a polygon"],
    ["rounded rect", changed(RECT, { 55: 2 }), "polygon", "ImageJ rect with round corners, here a polygon"],
    ["angle", changed(POLYGON, { 6: 9 }), "polyline", "ImageJ angle, here a polyline"],
    ["point", changed(POLYGON, { 6: 10 }), "point", undefined],
    ["composite", composite(), "polygon", "ImageJ composite, here a polygon"],
    ["text", textRoi("a note µ"), "rect", 'ImageJ text "a note µ", here a rect'],
    ["image", changed(RECT, { 49: 4 }), "rect", "ImageJ image, here a rect"],
  ])("%s becomes the nearest type, and its note says what it was", (_, bytes, type, note) => {
    const { draft } = draftOf(bytes);
    expect([draft.type, draft.note]).toEqual([type, note]);
  });

  test("a file without a selection is refused by name", () => {
    expect(() => draftOf(changed(RECT, { 6: 6 }))).toThrow(
      expect.objectContaining({ code: "not_supported", message: expect.stringContaining(" none ") }),
    );
  });

  test("an oval covers the pixels whose centres lie inside it, at any size, place and fraction", () => {
    fc.assert(
      fc.property(
        fc.record({ x: part(60), y: part(60), width: part(40, 1), height: part(40, 1) }),
        ({ x, y, width, height }) => {
          const size = { height: 120, width: 120 };
          const bounds = { x, y, width, height };
          const points = roundedOutline(bounds, { x: width / 2, y: height / 2 });
          const roi = createPolygonRoi({ id: 1, points: points.map((at) => ({ dim0: at.y, dim1: at.x })) });
          const raster = rasterize(roi, size);
          const wrong: number[][] = [];
          for (let row = 0; row < 110; row++) {
            for (let column = 0; column < 110; column++) {
              const [dx, dy] = [(column + 0.5 - x) / width - 0.5, (row + 0.5 - y) / height - 0.5];
              const distance = 4 * (dx * dx + dy * dy);
              if (Math.abs(distance - 1) > 1e-9) {
                wrong.push(...(isSet(raster, row, column) === distance < 1 ? [] : [[row, column]]));
              }
            }
          }
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: 8 },
    );
  });

  test("a long oval has few points, and one of 100 000 rows is drawn at once", () => {
    const pointsOf = (width: number, height: number) =>
      roundedOutline({ x: 0, y: 0, width, height }, { x: width / 2, y: height / 2 }).length;
    expect(pointsOf(7, 100_000)).toBeLessThan(40);
    expect(pointsOf(60_000, 60_000)).toBe(2048);
    expect(pointsOf(0.2, 0.2)).toBe(2048);
  });

  test("a composite of parts, holes and curves covers the pixels that an odd number of its rings covers", () => {
    const { draft } = draftOf(composite());
    const [joined] = RoiSet.empty({ height: 40, width: 40 }).create(draft);
    const { rings = [] } = parseImageJRoi(composite());
    expect(rings.map(({ length }) => length)).toEqual([4, 3, 18]);
    const each = rings.map((ring) =>
      createPolygonRoi({ id: 1, points: ring.map(({ x, y }) => ({ dim0: y, dim1: x })) }),
    );
    for (let row = 0; row < 40; row++) {
      for (let column = 0; column < 40; column++) {
        const covering = each.filter((ring) => containsPoint(ring, row + 0.5, column + 0.5));
        const isInside = containsPoint(joined!, row + 0.5, column + 0.5);
        expect([row, column, isInside]).toEqual([row, column, covering.length % 2 === 1]);
      }
    }
  });

  test.each([
    ["is cut off", [0, 1, 2, 1, 5]],
    ["does not begin with a move", [1, 1, 2, 1, 5, 6]],
    ["has a segment of no kind", [0, 1, 2, 7, 5, 6]],
    ["has a position that is not finite", [0, 1, Number.NaN, 1, 5, 6]],
    ["has no ring", [0, 1, 2, 1, 5, 6]],
  ])("a composite whose path %s is refused as damaged", (_, path) => {
    expect(() => draftOf(composite(path))).toThrow(expect.objectContaining({ code: "invalid_argument" }));
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

describe("the bytes of a selection", () => {
  const OVAL = changed(
    writeImageJRoi({ type: "rect", name: "o", bounds: { x: 1, y: 2, width: 9, height: 8 } }),
    {
      6: 2,
      [64 + 30]: 7,
    },
  );
  const size = { height: 6, width: 100 };
  const setOf = async (bytes: Uint8Array, extent: ImageExtent) => {
    const { rois } = await readImageJRois(bytes, { fileName: "file.roi" });
    return RoiSet.empty(extent).create(rois[0]!.draft);
  };
  const stored = (set: RoiSet) => RoiSet.fromEnvelopes(JSON.parse(JSON.stringify(set.toEnvelopes())));

  test("go out unchanged while the ROI is what they say, cut off at the border or not, and noted or not", async () => {
    for (const extent of [{ height: 50, width: 50 }, size]) {
      const set = stored(await setOf(OVAL, extent)).edit(1, { note: "mine" });
      expect(imageJBytesOf(set.require(1), extent)).toEqual(OVAL);
      const zip = await readImageJRois(writeImageJRois(set, { size: extent }).file);
      expect(zip.rois[0]?.ignored).toEqual([{ what: "group", value: 7 }]);
    }
  });

  test("go out with a new name, and give way to new ones for another place, channel or slice", async () => {
    const set = await setOf(OVAL, { height: 50, width: 50 });
    const renamed = imageJBytesOf(set.edit(1, { name: "vessel µ" }).require(1));
    expect(parseImageJRoi(renamed)).toEqual({ ...parseImageJRoi(OVAL), name: "vessel µ" });
    for (const edit of [
      { points: CORNERS.map(({ x, y }) => ({ dim0: y, dim1: x })) },
      { channel: 2 },
      { z: 4 },
    ]) {
      const bytes = imageJBytesOf(set.edit(1, edit).require(1));
      expect(parseImageJRoi(bytes)).toMatchObject({ type: "polygon", ignored: [] });
    }
  });

  test("without a name stay so, although the ROI has the name of its file", async () => {
    const bare = changed(RECT, { 35: 3 });
    const set = await setOf(bare, size);
    expect(set.require(1).name).toBe("file");
    expect(imageJBytesOf(set.require(1))).toEqual(bare);
  });

  test("are not kept if we would write the same, or if they are more than a mebibyte", async () => {
    const ours = imageJBytesOf(createRectRoi({ id: 1, name: "r", bounds: BOUNDS }));
    expect((await setOf(ours, size)).require(1).extra).toEqual({});
    const large = new Uint8Array(2 ** 20 + 1);
    large.set(OVAL);
    const { rois } = await readImageJRois(large);
    expect([rois[0]?.draft.extra, rois[0]?.ignored.at(-1)]).toEqual([
      undefined,
      { what: "bytes", value: 2 ** 20 + 1 },
    ]);
  });

  test("that somebody damaged in the stored ROI are passed over", async () => {
    const roi = (await setOf(OVAL, size)).require(1);
    for (const kept of [{ roi: "?" }, { roi: btoa("Iout") }, { roi: 7 }, "text"]) {
      const edited = createPolygonRoi({ ...(roi as PolygonRoi), extra: { imagej: kept } });
      expect(parseImageJRoi(imageJBytesOf(edited))).toMatchObject({ type: "polygon" });
    }
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
        expect(read.rois.map(({ draft, ignored }) => ({ draft, ignored }))).toMatchObject(
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
      { name: "none.roi", bytes: changed(RECT, { 6: 6 }) },
      { name: "folder/line.roi", bytes: LINE },
      { name: "__MACOSX/._good.roi", bytes: new Uint8Array(9) },
      { name: "notes.txt", bytes: new Uint8Array(9) },
    ]);
    const { rois, failed, skipped } = await readImageJRois(file);
    expect(rois.map(({ source, draft }) => [source, draft.name])).toEqual([
      ["good.roi", "good"],
      ["oval.roi", "oval"],
      ["folder/line.roi", "line"],
    ]);
    expect(failed.map(({ source, error }) => [source, error.code])).toEqual([
      ["cut.ROI", "invalid_argument"],
      ["none.roi", "not_supported"],
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
    await expect(readImageJRois(changed(RECT, { 6: 6 }))).rejects.toMatchObject({ code: "not_supported" });
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
