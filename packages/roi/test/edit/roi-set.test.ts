import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createMaskRoi,
  createRectRoi,
  isRoiError,
  type RoiErrorCode,
  RoiSet,
  toEnvelope,
} from "../../src/index.ts";
import { anyBounds, anyRoi } from "../support/arbitraries.ts";

const EXTENT = { height: 100, width: 7, numSlices: 2, numChannels: 2 };
const BOUNDS = { dim0Start: 10, dim0Stop: 20, dim1Start: 1, dim1Stop: 5 };
const STATS = { imgMin: 1, imgMax: 2, imgMean: 1.5, imgStd: 0.5 };

function codeOf(action: () => unknown): RoiErrorCode | undefined {
  try {
    action();
  } catch (error) {
    return isRoiError(error) ? error.code : undefined;
  }
  return undefined;
}

describe("RoiSet.create", () => {
  test("without bounds the ROI is the whole image", () => {
    expect(RoiSet.empty(EXTENT).create().newest).toEqual(
      createRectRoi({ id: 1, bounds: { dim0Start: 0, dim0Stop: 100, dim1Start: 0, dim1Stop: 7 } }),
    );
  });

  test("bounds and z are clamped to the image", () => {
    const bounds = { dim0Start: 500, dim0Stop: 90, dim1Start: -1, dim1Stop: 3 };
    expect(RoiSet.empty(EXTENT).create({ bounds, z: 9 }).newest).toMatchObject({
      z: 1,
      revision: 0,
      bounds: { dim0Start: 90, dim0Stop: 100, dim1Start: 0, dim1Stop: 3 },
    });
  });

  test("rects and masks stand in one set, in the order of their creation", () => {
    const set = RoiSet.empty(EXTENT)
      .create({ name: "a" })
      .create({ type: "mask", maskRef: "m" })
      .create({ bounds: BOUNDS });
    expect(set.rois.map(({ id, type }) => [id, type])).toEqual([
      [1, "rect"],
      [2, "mask"],
      [3, "rect"],
    ]);
    expect([...set]).toEqual(set.rois);
    expect([set.length, set.highWaterMark]).toEqual([3, 3]);
  });

  test("a set is never changed", () => {
    const empty = RoiSet.empty(EXTENT);
    const one = empty.create();
    one.edit(1, { name: "other" });
    one.delete(1);
    expect([empty.length, one.length, one.get(1)?.name]).toEqual([0, 1, ""]);
    expect(Object.isFrozen(one) && Object.isFrozen(one.rois)).toBe(true);
  });

  test.each([
    ["no pixel inside the image", { bounds: { ...BOUNDS, dim0Start: 100, dim0Stop: 200 } }],
    ["an area of 0", { bounds: { ...BOUNDS, dim1Stop: 1 } }],
    ["a channel that does not exist", { bounds: BOUNDS, channel: 3 }],
    ["a channel of 0", { bounds: BOUNDS, channel: 0 }],
    ["half a slice", { bounds: BOUNDS, z: 0.5 }],
    ["an empty mask reference", { type: "mask" as const, maskRef: "" }],
  ])("%s is refused", (_name, draft) => {
    expect(codeOf(() => RoiSet.empty(EXTENT).create(draft))).toBe("invalid_argument");
  });

  test("without a known size a rect needs bounds, and any are taken", () => {
    expect(codeOf(() => RoiSet.empty().create())).toBe("invalid_argument");
    expect(RoiSet.empty().create({ bounds: BOUNDS, z: 40, channel: 4 }).newest).toMatchObject({
      bounds: BOUNDS,
      z: 40,
    });
  });
});

describe("RoiSet.edit", () => {
  const set = RoiSet.empty(EXTENT).create({ bounds: BOUNDS, stats: STATS, meta: { img_min: 1, tag: "t" } });

  test.each([
    ["bounds", { bounds: { ...BOUNDS, dim0Stop: 30 } }],
    ["the channel", { channel: 2 }],
    ["z", { z: 1 }],
    ["bounds and the name", { bounds: { ...BOUNDS, dim0Stop: 30 }, name: "moved" }],
  ])("another value of %s raises the revision by 1 and drops the statistics", (_name, edit) => {
    const edited = set.edit(1, edit).get(1);
    expect(edited).toMatchObject({ ...edit, revision: 1, meta: { tag: "t" } });
    expect(edited?.stats).toBeUndefined();
  });

  test("name, note, statistics and meta leave the revision", () => {
    const edited = set.edit(1, { name: "n", note: "o", meta: { tag: "u" } }).edit(1, { stats: STATS });
    expect(edited.get(1)).toMatchObject({
      name: "n",
      note: "o",
      revision: 0,
      stats: STATS,
      meta: { tag: "u" },
    });
  });

  test("statistics that come with a move are the moved ROI's", () => {
    expect(set.edit(1, { z: 1, stats: STATS }).get(1)).toMatchObject({ revision: 1, stats: STATS });
  });

  test("geometry that is the same after clamping is no change", () => {
    const whole = RoiSet.empty(EXTENT).create();
    const beyond = { dim0Start: -5, dim0Stop: 999, dim1Start: 7, dim1Stop: 0 };
    expect(whole.edit(1, { bounds: beyond, channel: 1, z: 0 })).toBe(whole);
  });

  test("a mask's reference is its geometry", () => {
    const masks = RoiSet.empty().create({ type: "mask", maskRef: "m" });
    expect(masks.edit(1, { maskRef: "m" })).toBe(masks);
    expect(masks.edit(1, { maskRef: "other" }).get(1)).toMatchObject({ maskRef: "other", revision: 1 });
  });

  test("a ROI has only the geometry of its type", () => {
    const masks = RoiSet.empty().create({ type: "mask", maskRef: "m" });
    expect(codeOf(() => masks.edit(1, { bounds: BOUNDS }))).toBe("invalid_argument");
    expect(codeOf(() => set.edit(1, { maskRef: "m" }))).toBe("invalid_argument");
  });

  test("an area of 0 is refused, but an empty ROI that was read can be renamed and repaired", () => {
    expect(codeOf(() => set.edit(1, { bounds: { ...BOUNDS, dim0Stop: 10 } }))).toBe("invalid_argument");
    const empty = createRectRoi({ id: 5, bounds: { ...BOUNDS, dim0Stop: 10 } });
    const read = RoiSet.fromRois([empty], { extent: EXTENT });
    expect(read.emptyRois()).toEqual([empty]);
    expect(read.edit(5, { name: "n" }).get(5)).toMatchObject({ name: "n", revision: 0 });
    expect(read.edit(5, { bounds: BOUNDS }).emptyRois()).toEqual([]);
  });

  test("unknown keys stay through an edit", () => {
    const stored = { ...toEnvelope(createRectRoi({ id: 1, bounds: BOUNDS })), by: "someone" };
    const [edited] = RoiSet.fromEnvelopes([stored]).edit(1, { z: 1 }).toEnvelopes();
    expect(edited).toEqual({ ...stored, z: 1, meta: { revision: 1 } });
  });

  test("an id that is not there is not_found", () => {
    expect(codeOf(() => set.edit(2, { name: "n" }))).toBe("not_found");
    expect(codeOf(() => set.delete(2))).toBe("not_found");
    expect(codeOf(() => set.require(2))).toBe("not_found");
    expect(set.get(2)).toBeUndefined();
    expect(set.require(1)).toBe(set.get(1));
  });
});

describe("ids", () => {
  test("the highest id does not come back after it is deleted, the set stored and read again", () => {
    const before = RoiSet.empty(EXTENT).create().create().delete(2);
    const { highWaterMark } = before;
    const after = RoiSet.fromEnvelopes(JSON.parse(JSON.stringify(before.toEnvelopes())), {
      highWaterMark,
      extent: EXTENT,
    });
    expect(after.create().newest?.id).toBe(3);
    expect(after.clear().create().newest?.id).toBe(3);
  });

  test("a stored mark below the highest id is raised to it", () => {
    expect(
      RoiSet.fromRois([createMaskRoi({ id: 8, maskRef: "m" })], { highWaterMark: 2 }).highWaterMark,
    ).toBe(8);
  });

  test("an id that comes twice is refused with both places", () => {
    const roi = toEnvelope(createRectRoi({ id: 3, bounds: BOUNDS }));
    expect(() => RoiSet.fromEnvelopes([roi, { ...roi, roi_id: 4 }, roi])).toThrow(
      /\$\[2\]\.roi_id: 3 .* \$\[0\]/,
    );
  });

  test("no id ever returns, whatever is done", () => {
    const action = fc.oneof(
      fc.constant({ kind: "create" as const }),
      fc.constant({ kind: "clear" as const }),
      fc.constant({ kind: "store" as const }),
      fc.record({ kind: fc.constant("delete" as const), at: fc.nat(5) }),
      fc.record({ kind: fc.constant("edit" as const), at: fc.nat(5), bounds: anyBounds }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const given = new Set<number>();
        let set = RoiSet.empty({ height: 1000, width: 1000 });
        for (const step of actions) {
          if (step.kind === "create") {
            set = set.create();
            const id = set.newest?.id ?? 0;
            expect(given.has(id)).toBe(false);
            expect(id).toBe(set.highWaterMark);
            given.add(id);
          } else if (step.kind === "clear") {
            set = set.clear();
          } else if (step.kind === "store") {
            set = RoiSet.fromEnvelopes(set.toEnvelopes(), {
              highWaterMark: set.highWaterMark,
              extent: set.extent,
            });
          } else {
            const id = set.rois[step.at]?.id;
            if (id !== undefined) {
              const current = set;
              const changed = step.kind === "delete" ? set.delete(id) : undefined;
              codeOf(() => {
                set = changed ?? (step.kind === "edit" ? current.edit(id, { bounds: step.bounds }) : current);
              });
            }
          }
        }
        expect(set.highWaterMark).toBe(given.size);
      }),
    );
  });
});

describe("RoiSet.revalidate", () => {
  const outlying = [
    createRectRoi({ id: 1, bounds: BOUNDS }),
    createRectRoi({ id: 2, z: 5, bounds: { ...BOUNDS, dim0Stop: 101 }, stats: STATS }),
    createRectRoi({ id: 3, bounds: { ...BOUNDS, dim0Start: 200, dim0Stop: 300 } }),
    createMaskRoi({ id: 4, z: 2, maskRef: "m" }),
  ];

  test("what is read is left as it is until it is asked for", () => {
    expect(RoiSet.fromRois(outlying, { extent: EXTENT }).rois).toEqual(outlying);
  });

  test("each correction is counted and raises its ROI's revision once", () => {
    const { set, corrections } = RoiSet.fromRois(outlying).revalidate(EXTENT);
    expect(corrections).toBe(4);
    expect(set.rois.map(({ revision }) => revision)).toEqual([0, 1, 1, 1]);
    expect(set.get(1)).toEqual(outlying[0]);
    expect(set.get(2)?.stats).toBeUndefined();
    expect(set.emptyRois().map(({ id }) => id)).toEqual([3]);
    expect(set.extent).toEqual(EXTENT);
  });

  test("a second time there is nothing to correct", () => {
    const size = fc.record({
      height: fc.nat(40),
      width: fc.nat(40),
      numSlices: fc.integer({ min: 1, max: 5 }),
    });
    const rois = fc.uniqueArray(anyRoi, { maxLength: 6, selector: ({ id }) => id });
    fc.assert(
      fc.property(rois, size, (some, extent) => {
        const clamped = RoiSet.fromRois(some).clampTo(extent);
        expect(clamped.length).toBe(some.length);
        expect(clamped.revalidate(extent)).toEqual({ set: clamped, corrections: 0 });
      }),
    );
  });
});
