import { expect, test } from "vitest";
import { readCsv } from "../../../src/table/csv/read-csv.ts";
import { columnsOfTitles } from "../../../src/table/rows/title-key.ts";

test.each<[string, readonly string[], readonly string[], Readonly<Record<string, string>>]>([
  ["capitals and blanks", ["ROI ID", "Score"], ["roi_id", "score"], { "ROI ID": "roi_id", Score: "score" }],
  ["R's points", ["t.start.s"], ["t_start_s"], { "t.start.s": "t_start_s" }],
  ["how accents are composed", ["Ge\u0301n"], ["G\u00e9n"], { "Ge\u0301n": "G\u00e9n" }],
  ["the exact spelling wins", ["Score", "score"], ["score"], {}],
  ["two titles that could mean it mean nothing", ["Score", "SCORE"], ["score"], {}],
  ["two columns that it could mean are not guessed", ["A B"], ["a_b", "a.b"], {}],
  ["other words mean nothing", ["roi"], ["roi_id"], {}],
])("a title means a column: %s", (_name, titles, columns, expected) => {
  expect(Object.fromEntries(columnsOfTitles(titles, columns))).toEqual(expected);
});

test("a title with capitals or blanks is the column of the schema that it means", () => {
  const schema = {
    columns: [
      { name: "time", type: "float64" },
      { name: "roi_id", type: "int64", nullable: false },
    ],
  } as const;
  const { columns, schema: found } = readCsv(new TextEncoder().encode("Time;ROI ID;Other\n0,5;1;x\n"), {
    schema,
  });
  expect(columns).toEqual({ time: Float64Array.of(0.5), roi_id: BigInt64Array.of(1n), Other: ["x"] });
  expect(found.columns.map(({ name }) => name)).toEqual(["time", "roi_id", "Other"]);
});
