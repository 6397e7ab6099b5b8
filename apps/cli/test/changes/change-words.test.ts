import { describe, expect, it } from "vitest";
import type { Change } from "../../src/changes/change.ts";
import { valueWords, wordsOfChanges } from "../../src/changes/change-words.ts";

const NAMES: Readonly<Record<string, string>> = { i1: "20250722_A89_0002", i2: "b", i3: "c" };
const words = (...changes: readonly Change[]): readonly string[] =>
  wordsOfChanges(changes, (id) => NAMES[id] ?? id);
const roi = (id: string, name: string, change: Change["change"], more: Partial<Change> = {}): Change => ({
  ...{ image_id: id, kind: "roi", name, change },
  ...more,
});
const field = (id: string, name: string, before: unknown, after: unknown): Change => ({
  ...{ image_id: id, kind: "field", name, change: "changed" },
  ...(before !== undefined && { before }),
  ...(after !== undefined && { after }),
});

describe("changes in words", () => {
  it("ROIs by their number, and several of one image together", () => {
    expect(words(roi("i1", "2", "deleted", { before: {} }))).toEqual([
      "ROI 2 deleted from 20250722_A89_0002",
    ]);
    expect(words(roi("i2", "1", "added"), roi("i2", "3", "added"), roi("i3", "1", "added"))).toEqual([
      "ROIs 1, 3 added to b",
      "ROI 1 added to c",
    ]);
    const many = Array.from({ length: 6 }, (_, index) => roi("i2", String(index), "added"));
    expect(words(...many)).toEqual(["6 ROIs added to b"]);
  });

  it("a ROI that moved, was named, or changed in another way", () => {
    const at = (x0: number, more: object = {}): object => ({
      ...{ roi_id: 1, roi_type: "rect", version: "1.0", name: "", note: "", channel: 1, z: 0 },
      ...{ data: { x0, x1: 9, y0: 0, y1: 9 }, meta: {} },
      ...more,
    });
    // An older program spells the same place in its own way.
    const older = at(1, { data: { dim0_start: 0, dim0_stop: 9, dim1_start: 1, dim1_stop: 9 }, note: "hi" });
    expect(words(roi("i2", "1", "changed", { before: older, after: at(1) }))).toEqual([
      "ROI 1 of b: note hi → none",
    ]);
    expect(words(roi("i2", "1", "changed", { before: { unreadable: 1 }, after: { unreadable: 2 } }))).toEqual(
      ["ROI 1 changed in b"],
    );
    expect(words(roi("i2", "1", "changed", { before: at(1), after: at(2, { name: "n" }) }))).toEqual([
      "ROI 1 moved in b",
    ]);
    expect(
      words(roi("i2", "1", "changed", { before: at(1, { note: "" }), after: at(1, { note: "hi" }) })),
    ).toEqual(["ROI 1 of b: note none → hi"]);
    expect(words(roi("i2", "1", "changed", { before: at(1), after: at(1, { meta: { x: 1n } }) }))).toEqual([
      "ROI 1 changed in b",
    ]);
  });

  it("what kym analyze stored, once for its table and its JSON", () => {
    const ours = (kind: Change["kind"], name: string): Change => ({
      image_id: "i2",
      kind,
      name,
      change: "added",
    });
    const both = (name: string): readonly Change[] => [ours("json", name), ours("table", name)];
    expect(words(...both("flow/velocity"), ...both("flow/heart_rate"))).toEqual([
      "our velocity of b added",
      "our heart rate of b added",
    ]);
  });

  it("a field of one image, of several alike, and of several that differ", () => {
    const condition = "experiment_metadata.condition";
    expect(words(field("i2", condition, "Ang", "AngII"))).toEqual(["condition of b: Ang → AngII"]);
    expect(words(...["i1", "i2", "i3"].map((id) => field(id, condition, "Ang", "AngII")))).toEqual([
      "condition of 3 images: Ang → AngII",
    ]);
    expect(words(field("i1", condition, undefined, "AngII"), field("i2", condition, "x", ""))).toEqual([
      "condition of 20250722_A89_0002: none → AngII",
      "condition of b: x → none",
    ]);
    // A scorer who is blind is not told the values.
    expect(words(field("i2", condition, undefined, undefined))).toEqual(["condition of b changed"]);
  });

  it("what was accepted or rejected, and the calibration with its units", () => {
    expect(words(field("i2", "accepted", undefined, false))).toEqual(["b rejected"]);
    expect(words(field("i2", "accepted", false, true), field("i3", "accepted", false, true))).toEqual([
      "2 images accepted",
    ]);
    const header = { voxels: [0.001, 0.5], voxels_units: ["s", "um"] };
    expect(words(field("i2", "calibration", undefined, header))).toEqual([
      "calibration of b: none → 0.5 µm/px, 1 ms/line",
    ]);
  });

  it("images, artifacts and tables; what only helps others is said only if nothing else is", () => {
    const image = (id: string): Change => ({ image_id: id, kind: "image", name: id, change: "added" });
    const table = (name: string, images?: number): Change => ({
      ...{ image_id: null, kind: "pooled_table", name, change: "changed" },
      ...(images !== undefined && { images }),
    });
    expect(words(image("i1"), table("sources"))).toEqual(["20250722_A89_0002 added"]);
    expect(words(image("i1"), image("i2"))).toEqual(["2 images added"]);
    expect(words(table("kym_radon", 2), table("kym_radon_runs", 2))).toEqual([
      "table kym_radon (2 images) changed",
    ]);
    expect(words(table("sources"))).toEqual(["table sources changed"]);
    const provenance: Change = { image_id: "i2", kind: "json", name: "provenance", change: "changed" };
    expect(words(provenance)).toEqual(["provenance of b changed"]);
    expect(words(provenance, { ...provenance, name: "metadata" })).toEqual(["metadata of b changed"]);
    expect(words({ image_id: "i2", kind: "array", name: "mask", change: "added" })).toEqual([
      "array mask of b added",
    ]);
  });

  it("events by their ids while they are few, and other rows by their number", () => {
    const rows = {
      before: 12,
      after: 13,
      key: "event_id",
      added: ["e13", "e14"],
      deleted: ["e1"],
      changed: [],
    };
    const events: Change = {
      image_id: "i2",
      kind: "table",
      name: "velocity_events/events",
      change: "changed",
      rows,
    };
    expect(words(events)).toEqual(["events of b: 12 rows → 13, added e13, e14, deleted e1"]);
    const many = { ...rows, added: Array.from({ length: 9 }, (_, index) => `e${index}`) };
    expect(words({ ...events, rows: many })).toEqual(["events of b: 12 rows → 13, 9 added, deleted e1"]);
    const plain = { ...rows, key: null, added: [], deleted: [], after: 12 };
    expect(words({ ...events, name: "radon/velocity", rows: plain })).toEqual(["velocity of b: 12 rows"]);
    expect(words(events, { ...events, image_id: "i3" })).toEqual(["events of 2 images changed"]);
  });

  it("values are short and on one line", () => {
    const note = field("i2", "experiment_metadata.note", "", "");
    expect(valueWords(note, "two\nlines")).toBe("two lines");
    expect(valueWords(note, "x".repeat(60))).toBe(`${"x".repeat(39)}…`);
    expect(valueWords(note, 1 / 3)).toBe("0.33333");
    expect(valueWords(note, { depth: 10n })).toBe('{"depth":"10"}');
  });
});
