import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createLineRoi,
  createPolygonRoi,
  createPolylineRoi,
  isRoiError,
  type NewRoi,
  type RoiEdit,
  RoiSet,
} from "../../src/index.ts";
import { anyBounds, anyPoints } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const EXTENT = { height: 100, width: 7, numSlices: 2, numChannels: 2 };
const STATS = { imgMin: 1, imgMax: 2, imgMean: 1.5, imgStd: 0.5 };
const TRIANGLE = points(10, 1, 20, 1, 20, 6);

const DRAFTS: readonly NewRoi[] = [
  { type: "line", points: points(3, 1, 90, 6) },
  { type: "polyline", points: points(3, 1, 50, 6, 90, 2) },
  { type: "polygon", points: TRIANGLE },
  { type: "point", points: points(3, 1, 50, 6) },
];

/** Applies a change; if it is refused, returns the set unchanged. */
function attempt(set: RoiSet, change: (set: RoiSet) => RoiSet): RoiSet {
  try {
    return change(set);
  } catch (error) {
    if (isRoiError(error, "invalid_argument", "not_found")) {
      return set;
    }
    throw error;
  }
}

describe("RoiSet, of every type,", () => {
  test("holds any mixture in the order of creation, stores it and reads it again", () => {
    const drafts: readonly NewRoi[] = [{}, ...DRAFTS, { type: "mask", maskRef: "m" }, ...DRAFTS, {}];
    const set = drafts.reduce((some, draft) => some.create(draft), RoiSet.empty(EXTENT));
    expect(set.rois.map(({ type }) => type)).toEqual(drafts.map(({ type = "rect" }) => type));
    const stored: unknown = JSON.parse(JSON.stringify(set.toEnvelopes()));
    expect(RoiSet.fromEnvelopes(stored, { extent: EXTENT })).toEqual(set);
  });

  test.each(DRAFTS)("creates a $type, edits it, and its revision grows with its geometry alone", (draft) => {
    const set = RoiSet.empty(EXTENT).create({ ...draft, stats: STATS });
    expect(set.newest).toMatchObject({ ...draft, id: 1, revision: 0, stats: STATS });
    const moved = { points: points(1, 1, 9, 3) };
    const edit = draft.type === "line" ? moved : { points: [...moved.points, ...points(5, 5)] };
    const renamed = set.edit(1, { name: "n", note: "o", meta: { tag: 1 } });
    expect(renamed.get(1)).toMatchObject({ revision: 0, stats: STATS, name: "n" });
    const edited = renamed.edit(1, edit).require(1);
    expect(edited).toMatchObject({ ...edit, revision: 1, name: "n", meta: { tag: 1 } });
    expect(edited.stats).toBeUndefined();
    expect(set.edit(1, { channel: 2 }).get(1)).toMatchObject({ revision: 1, channel: 2 });
    const same = "points" in draft ? set.edit(1, { points: [...draft.points] }) : undefined;
    expect(same).toBe(set);
  });

  test("clips what is created and edited to the image", () => {
    const set = RoiSet.empty(EXTENT).create({ type: "line", points: points(-10, 3, 200, 3) });
    expect(set.newest).toMatchObject({ points: points(0, 3, 100, 3) });
    const edited = set.edit(1, { points: points(50, -4, 50, 40) });
    expect(edited.get(1)).toMatchObject({ points: points(50, 0, 50, 7), revision: 1 });
    expect(edited.edit(1, { points: points(50, -9, 50, 90) })).toBe(edited);
  });

  test.each<[string, NewRoi]>([
    ["a line of one point", { type: "line", points: points(1, 1) }],
    ["a line of three", { type: "line", points: points(1, 1, 2, 2, 3, 3) }],
    ["a line without length", { type: "line", points: points(1, 1, 1, 1) }],
    ["a polyline without length", { type: "polyline", points: points(1, 1, 1, 1, 1, 1) }],
    ["a polygon of two points", { type: "polygon", points: points(1, 1, 5, 5) }],
    ["a polygon of two different points", { type: "polygon", points: points(1, 1, 5, 5, 1, 1, 5, 5) }],
    ["a polygon on one line", { type: "polygon", points: points(1, 1, 2, 2, 4, 4) }],
    ["a polygon outside the image", { type: "polygon", points: points(1, 8, 9, 8, 9, 20) }],
    ["a line outside the image", { type: "line", points: points(-1, 0, -1, 7) }],
    ["a polyline along the outside", { type: "polyline", points: points(0, 7.5, 100, 7.5, 100, 9) }],
    ["no points", { type: "polygon", points: [] }],
    ["a coordinate that is no number", { type: "polygon", points: [...TRIANGLE, ...points(Number.NaN, 1)] }],
  ])("%s is not created, nor is another edited to it", (_name, draft) => {
    const set = DRAFTS.reduce((some, one) => some.create(one), RoiSet.empty(EXTENT));
    expect(() => set.create(draft)).toThrow(/^points/);
    const other = set.rois.find(({ type }) => type === draft.type)?.id ?? 0;
    const edit: RoiEdit = "points" in draft ? { points: draft.points } : {};
    expect(() => set.edit(other, edit)).toThrow(/^points/);
  });

  test("what has no size is kept and flagged when it is read, and can be repaired", () => {
    const rois = [
      createLineRoi({ id: 1, points: points(1, 1, 1, 1) }),
      createPolylineRoi({ id: 2, points: points(1, 1) }),
      createPolygonRoi({ id: 3, points: points(1, 1, 2, 2, 3, 3) }),
      createPolygonRoi({ id: 4, points: TRIANGLE }),
    ];
    const set = RoiSet.fromRois(rois, { extent: EXTENT });
    expect(set.rois).toEqual(rois);
    expect(set.emptyRois().map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(set.edit(3, { name: "flat" }).get(3)).toMatchObject({ name: "flat", revision: 0 });
    expect(set.edit(3, { points: TRIANGLE }).emptyRois().length).toBe(2);
  });

  test("a ROI has only the geometry of its type", () => {
    const set = DRAFTS.reduce((some, draft) => some.create(draft), RoiSet.empty(EXTENT).create());
    const bounds = { dim0Start: 0, dim0Stop: 5, dim1Start: 0, dim1Stop: 5 };
    expect(() => set.edit(1, { points: TRIANGLE })).toThrow(/^points: ROI 1 is a rect/);
    for (const id of [2, 3, 4]) {
      expect(() => set.edit(id, { bounds })).toThrow(/^bounds: ROI \d is a (line|polyline|polygon)/);
      expect(() => set.edit(id, { maskRef: "m" })).toThrow(/^maskRef: ROI/);
    }
  });

  test("no id ever returns, and revisions and the mark never fall, whatever is done", () => {
    const draft: fc.Arbitrary<NewRoi> = fc.oneof(
      fc.record({ bounds: anyBounds }),
      fc.constant<NewRoi>({ type: "mask", maskRef: "m" }),
      fc
        .tuple(fc.constantFrom("line", "polyline", "polygon"), anyPoints)
        .map(([type, some]): NewRoi => ({ type, points: some })),
    );
    const change: fc.Arbitrary<(set: RoiSet) => RoiSet> = fc.oneof(
      { weight: 3, arbitrary: draft.map((one) => (set: RoiSet) => set.create(one)) },
      fc.nat(5).map((at) => (set: RoiSet) => set.delete(set.rois[at]?.id ?? 0)),
      fc.tuple(fc.nat(5), anyPoints).map(([at, some]) => (set: RoiSet) => {
        return set.edit(set.rois[at]?.id ?? 0, { points: some });
      }),
      fc.constant((set: RoiSet) => set.clear()),
      fc.record({ height: fc.nat(60), width: fc.nat(60) }).map((size) => (set: RoiSet) => set.clampTo(size)),
      fc.constant((set: RoiSet) =>
        RoiSet.fromEnvelopes(JSON.parse(JSON.stringify(set.toEnvelopes())), {
          highWaterMark: set.highWaterMark,
          extent: set.extent,
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const revisions = new Map<number, number>();
        let set = RoiSet.empty({ height: 40, width: 40 });
        for (const one of changes) {
          const before = new Set(set.rois.map(({ id }) => id));
          const next = attempt(set, one);
          for (const { id, revision } of next.rois) {
            expect(before.has(id) || !revisions.has(id)).toBe(true);
            expect(revision).toBeGreaterThanOrEqual(revisions.get(id) ?? 0);
            revisions.set(id, revision);
          }
          expect(next.highWaterMark).toBeGreaterThanOrEqual(set.highWaterMark);
          set = next;
        }
        expect(set.highWaterMark).toBe(revisions.size);
      }),
      { numRuns: 300 },
    );
  });

  test("what is created lies in the image and has a size", () => {
    const type = fc.constantFrom("line", "polyline", "polygon");
    fc.assert(
      fc.property(type, anyPoints, (kind, some) => {
        const set = attempt(RoiSet.empty(EXTENT), (empty) => empty.create({ type: kind, points: some }));
        expect(set.emptyRois()).toEqual([]);
        expect(set.revalidate(EXTENT)).toEqual({ set, corrections: 0 });
      }),
      { numRuns: 500 },
    );
  });
});

describe("RoiSet.revalidate, of points,", () => {
  test("counts a path and its z as two corrections, and raises the revision once", () => {
    const rois = [
      createLineRoi({ id: 1, z: 4, points: points(1, 1, 1, 90), stats: STATS }),
      createPolygonRoi({ id: 2, points: TRIANGLE }),
      createPolylineRoi({ id: 3, points: points(-5, -5, -5, -9) }),
    ];
    const { set, corrections } = RoiSet.fromRois(rois).revalidate(EXTENT);
    expect(corrections).toBe(3);
    expect(set.rois.map(({ revision }) => revision)).toEqual([1, 0, 1]);
    expect(set.get(1)).toMatchObject({ z: 1, points: points(1, 1, 1, 7) });
    expect(set.get(1)?.stats).toBeUndefined();
    expect(set.emptyRois().map(({ id }) => id)).toEqual([3]);
  });
});
