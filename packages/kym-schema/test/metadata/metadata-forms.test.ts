import { type NewRoi, RoiSet } from "@kym/roi";
import { jsonText } from "@kym/zarr-store";
import { getMember, parseLossless, plainValue, serializeLossless } from "@kym/zarr-store/json";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editMetadata, parseMetadata } from "../../src/index.ts";

/** Two points, in place for a line, a polyline and, with the third, a polygon. */
const TRIANGLE = [
  { dim0: 0.5, dim1: 0 },
  { dim0: 3, dim1: 2.25 },
  { dim0: 1, dim1: 3 },
];
const EVERY_TYPE: readonly NewRoi[] = [
  { name: "a rect", bounds: { dim0Start: 1, dim0Stop: 3, dim1Start: 0, dim1Stop: 2 } },
  { type: "mask", maskRef: "analysis_arrays/roi_mask_2" },
  { type: "line", points: TRIANGLE.slice(0, 2) },
  { type: "polyline", points: TRIANGLE },
  { type: "polygon", points: TRIANGLE, meta: { drawn_by: "D." }, note: "µ" },
];
const EXTENT = { height: 4, width: 4, numSlices: 1, numChannels: 1 };
const setOf = (rois: readonly NewRoi[]): RoiSet =>
  rois.reduce((set, roi) => set.create(roi), RoiSet.fromRois([], { extent: EXTENT }));

/** Keys that no version gives a meaning. */
const unknownKey = fc.stringMatching(/^(zz|__proto__|µ|constructor)[a-z]{0,3}$/);
const unknown = fc.dictionary(unknownKey, fc.jsonValue({ depthSize: "small" }), { maxKeys: 3 });
const text = fc.string({ unit: "grapheme", maxLength: 8, minLength: 1 });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const header = fc.integer({ min: 1, max: 6 }).chain((ndim) => {
  const listOf = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(item, { minLength: ndim, maxLength: ndim });
  return fc.record({
    shape: listOf(fc.nat(100_000)),
    ndim: fc.constant(ndim),
    voxels: listOf(finite),
    voxelsUnits: listOf(text),
    labels: listOf(fc.string()),
    physicalSize: listOf(finite),
    dateStr: text,
    timeStr: text,
    acquiredLocalEpochNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    secondsPerLineExact: finite,
  });
});

describe("metadata of both versions", () => {
  it("are typed at any rank, and an edit changes what it names: all else keeps its place and spelling", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("1.0", "2.0"),
        header,
        fc.subarray([...EVERY_TYPE]),
        fc.boolean(),
        text,
        unknown,
        unknown,
        unknown,
        (version, head, drafts, accepted, note, top, inHeader, inExperiment) => {
          const before = serializeLossless({
            ...top,
            version,
            header: { zz_first: 1.5, ...inHeader },
            experiment_metadata: { ...inExperiment, depth: 12.5 },
          });
          const rois = setOf(drafts);
          const edited = editMetadata(before, { header: head, rois, accepted, experiment: { note } });
          const metadata = parseMetadata(edited);
          expect(metadata.problems).toEqual([]);
          expect(metadata.version).toBe(version);
          expect(metadata.header).toMatchObject(head);
          expect(metadata.rois).toEqual(rois.rois);
          expect(metadata.accepted).toBe(accepted);
          expect(metadata.experiment).toMatchObject({ note, depth: 12.5 });
          for (const [path, members] of [
            [[], top],
            [["header"], { zz_first: 1.5, ...inHeader }],
            [["experiment_metadata"], inExperiment],
          ] as const) {
            expect(membersAt(edited, path, Object.keys(members))).toBe(
              membersAt(before, path, Object.keys(members)),
            );
          }
          expect(Object.keys(metadata.extra).filter((key) => key !== "roi_id_high_water_mark")).toEqual(
            Object.keys(top),
          );
          expect(parseMetadata(jsonText(edited))).toEqual(metadata);
          // A second edit of nothing new changes no character.
          expect(editMetadata(edited, { header: head, rois, accepted })).toBe(edited);
        },
      ),
    );
  });

  it("keep a time to the nanosecond, and the spelling of a step, beside a ROI that is edited", () => {
    const stored = `{"version": "1.0", "header": {"acquired_local_epoch_ns": 1753190060091123457, "voxels": [1.17e-03, 0.2840]},
      "rois": [{"roi_id": 1, "roi_type": "rect", "data": {"x0": 0, "x1": 2, "y0": 0, "y1": 2}}]}`;
    const { rois } = parseMetadata(stored);
    const edited = editMetadata(stored, {
      rois: RoiSet.fromRois(rois, { extent: EXTENT }).edit(1, { name: "n" }),
    });
    expect(edited).toContain("1753190060091123457");
    expect(edited).toContain("1.17e-03");
    expect(edited).toContain("0.2840");
    expect(parseMetadata(edited)).toMatchObject({
      header: { acquiredLocalEpochNs: 1753190060091123457n },
      rois: [{ name: "n" }],
    });
  });
});

describe("the three shapes of the older application's ROIs", () => {
  const bounds = { dim0Start: 0, dim0Stop: 4, dim1Start: 1, dim1Stop: 3 };
  const flat = { id: 1, channel: 1, z: 0, name: "a", note: "", revision: 2 };
  const edges = { dim0_start: 0, dim0_stop: 4, dim1_start: 1, dim1_stop: 3 };
  const stats = { img_min: 1, img_max: 9, img_mean: 4.5, img_std: 2 };

  it.each([
    ["flat", { ...flat, ...edges }, undefined],
    ["flat with statistics", { ...flat, ...edges, ...stats }, 4.5],
    [
      "in envelopes",
      {
        roi_id: 1,
        roi_type: "rect",
        version: "1.0",
        name: "a",
        note: "",
        channel: 1,
        z: 0,
        data: { x0: 1, x1: 3, y0: 0, y1: 4 },
        meta: { revision: 2, ...stats },
      },
      4.5,
    ],
  ])("%s are one ROI", (_shape, stored, mean) => {
    const { rois, problems, accepted } = parseMetadata({ version: "1.0", rois: [stored] });
    expect(problems).toEqual([]);
    expect(accepted).toBe(true);
    expect(rois).toMatchObject([{ id: 1, type: "rect", bounds, name: "a", revision: 2 }]);
    expect(rois[0]?.stats?.imgMean).toBe(mean);
  });
});

/** The members of an object of the text, as they are spelled. */
function membersAt(source: string, path: readonly string[], keys: readonly string[]): string {
  const root = parseLossless(source);
  const node = path.reduce((at, key) => getMember(at, key) ?? at, root);
  return keys.map((key) => serializeLossless(getMember(node, key) ?? plainValue(node))).join("\n");
}
