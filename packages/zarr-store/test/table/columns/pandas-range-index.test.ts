import { expect, it } from "vitest";
import { pandasRangeIndexOf } from "../../../src/table/columns/foreign/pandas-range-index.ts";

/** As pandas 3.1 writes it, shortened. */
function pandas(range: object): ReadonlyMap<string, string> {
  return new Map([["pandas", JSON.stringify({ index_columns: [{ kind: "range", ...range }], columns: [] })]]);
}
const TWO_ROWS = { columns: ["score"], rowCount: 2 };

it.each([
  ["every second row was kept", { name: null, start: 0, stop: 4, step: 2 }, ["__index_level_0__", 0, 2]],
  ["the first rows were dropped", { name: null, start: 5, stop: 7, step: 1 }, ["__index_level_0__", 5, 1]],
  ["the rows were turned round", { name: null, start: 1, stop: -1, step: -1 }, ["__index_level_0__", 1, -1]],
  ["the rows have a name", { name: "line", start: 0, stop: 2, step: 1 }, ["line", 0, 1]],
])("labels of rows are found where %s", (_, range, [name, start, step]) => {
  expect(pandasRangeIndexOf(pandas(range), TWO_ROWS)).toEqual({ name, start, step });
});

it.each([
  ["count from 0 by 1", pandas({ name: null, start: 0, stop: 2, step: 1 })],
  ["are of another number of rows", pandas({ name: null, start: 3, stop: 9, step: 1 })],
  ["have the name of a column", pandas({ name: "score", start: 0, stop: 2, step: 1 })],
  ["do not advance", pandas({ name: "line", start: 0, stop: 2, step: 0 })],
  ["are no whole numbers", pandas({ name: "line", start: 0.5, stop: 2.5, step: 1 })],
  ["are no safe numbers", pandas({ name: "line", start: 2 ** 60, stop: 2 ** 60 + 2, step: 1 })],
  ["are columns", new Map([["pandas", '{"index_columns": ["event_id"]}']])],
  ["are no JSON", new Map([["pandas", "{"]])],
  ["are null", new Map([["pandas", "null"]])],
  ["are none", new Map()],
])("no labels where they %s", (_, metadata) => {
  expect(pandasRangeIndexOf(metadata, TWO_ROWS)).toBeUndefined();
});
