import { memoryStore, openDataset, type Row, type TableSchema, type ZarrDataset } from "@kym/zarr-store";
import { describe, expect, it } from "vitest";
import { tableDifference } from "../../src/compare/table-difference.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8" },
    { name: "count", type: "int64" },
    { name: "mean", type: "float64" },
  ],
};
const ROWS: readonly Row[] = [
  { image_id: "a", count: 9_007_199_254_740_993n, mean: 0.1 },
  { image_id: "b", count: null, mean: null },
];

async function datasetWith(
  name: string,
  rows: readonly Row[],
  schema: TableSchema = SCHEMA,
): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  await dataset.saveTable(name, rows, { schema });
  return dataset;
}

describe("tableDifference", () => {
  it("finds none between the same tables, and counts their rows", async () => {
    const result = await tableDifference(await datasetWith("kym_x", ROWS), await datasetWith("kym_x", ROWS));
    expect(result).toEqual({ rows: new Map([["kym_x", 2]]) });
  });

  it.each([
    ["another table", "kym_y", ROWS, SCHEMA, "the tables are kym_x and kym_y"],
    ["a value", "kym_x", [ROWS[0]!, { ...ROWS[1], mean: 0 }], SCHEMA, "kym_x, row 1"],
    [
      "a large integer",
      "kym_x",
      [{ ...ROWS[0], count: 9_007_199_254_740_992n }, ROWS[1]!],
      SCHEMA,
      "kym_x, row 0",
    ],
    ["a row less", "kym_x", ROWS.slice(0, 1), SCHEMA, "kym_x, row 1"],
    ["a row more", "kym_x", [...ROWS, { image_id: "c" }], SCHEMA, "kym_x, row 2"],
    [
      "a type",
      "kym_x",
      [{ image_id: "a", count: 1 }],
      { columns: [SCHEMA.columns[0]!, { name: "count", type: "int32" }, SCHEMA.columns[2]!] },
      "the columns of kym_x differ",
    ],
  ] as const)("names %s that differs", async (_, name, rows, schema, words) => {
    const result = await tableDifference(
      await datasetWith("kym_x", ROWS),
      await datasetWith(name, rows, schema),
    );
    expect("difference" in result && result.difference).toContain(words);
  });
});
