import { expect, it } from "vitest";
import { compareRows } from "../../src/changes/compare-rows.ts";

it("rows with ids are compared by them, wherever they stand", () => {
  const before = [
    { event_id: "a", t: 1, note: null },
    { event_id: "b", t: 2 },
    { event_id: "c", t: 3n },
  ];
  const after = [
    { event_id: "c", t: 3n },
    { event_id: "a", t: 1 },
    { event_id: "d", t: 4 },
    { event_id: "b", t: 2.5 },
  ];
  expect(compareRows(before, after)).toEqual({
    ...{ before: 3, after: 4, key: "event_id" },
    ...{ added: ["d"], deleted: [], changed: ["b"] },
  });
  expect(compareRows(after, before)).toMatchObject({ added: [], deleted: ["d"], changed: ["b"] });
});

it("an id that stands twice names no row, and then rows are only counted", () => {
  const rows = [
    { event_id: "a", roi_id: 1n },
    { event_id: "a", roi_id: 2n },
  ];
  expect(compareRows(rows, rows)).toMatchObject({ key: "roi_id", changed: [] });
  expect(compareRows(rows, [...rows, ...rows])).toEqual({
    ...{ before: 2, after: 4, key: null },
    ...{ added: [], deleted: [], changed: [] },
  });
  expect(compareRows([{ v: 1 }], [])).toMatchObject({ before: 1, after: 0, key: null });
});

it("a table that did not change has no differences", () => {
  const rows = [{ event_id: "a", t: Number.NaN }];
  expect(compareRows(rows, [...rows])).toMatchObject({ added: [], deleted: [], changed: [] });
});
