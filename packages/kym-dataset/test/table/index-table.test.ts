import { type Row, rowsOf, type TableSchema, tableFromRows } from "@kym/zarr-store";
import { schemaOfTable } from "@kym/zarr-store/table";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mergeIndexTable } from "../../src/table/index-table.ts";

const SCHEMA: TableSchema = { columns: [{ name: "score", type: "float64", unit: "mm/s" }] };

function stamped(imageId: string, values: Row): Row {
  return { ...values, image_id: imageId, analysis_version: "v", params_hash: "h" };
}

const images = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.array(fc.record({ score: fc.nat(3) }, {}), { maxLength: 2 }),
);

test("changes one after another give the table of all of them together, in any split", () => {
  fc.assert(
    fc.property(images, images, (first, second) => {
      const change = (rows: typeof first): Map<string, Row[]> =>
        new Map(Object.entries(rows).map(([id, list]) => [id, list.map((row) => stamped(id, row))]));
      const removedIds = new Set<string>();
      const once = mergeIndexTable(undefined, SCHEMA, { rowsByImageId: change(first), removedIds });
      const twice = mergeIndexTable(once.table, SCHEMA, { rowsByImageId: change(second), removedIds });
      const together = mergeIndexTable(undefined, SCHEMA, {
        rowsByImageId: change({ ...first, ...second }),
        removedIds,
      });
      expect([...rowsOf(twice.table)]).toEqual([...rowsOf(together.table)]);
      expect(schemaOfTable(twice.table)).toEqual(schemaOfTable(together.table));
    }),
  );
});

test("a table of other types and units is made ours, row by row", () => {
  const text = (name: string): TableSchema["columns"][number] => ({ name, type: "utf8" });
  const current = tableFromRows([stamped("a", { score: 2n, quality: 0.5 }), stamped("b", { score: 3n })], {
    columns: [
      text("image_id"),
      { name: "quality", type: "float64" },
      { name: "score", type: "int64", unit: "um/s" },
      text("analysis_version"),
      text("params_hash"),
    ],
  });
  const { table } = mergeIndexTable(current, SCHEMA, { rowsByImageId: new Map(), removedIds: new Set("b") });
  expect([...rowsOf(table)]).toEqual([stamped("a", { score: 2, quality: "0.5" })]);
  expect(schemaOfTable(table).columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "score float64",
    "quality utf8",
    "image_id utf8",
    "analysis_version utf8",
    "params_hash utf8",
  ]);
});

test("a row that stays and does not fit is a schema_mismatch", () => {
  const current = tableFromRows([{ score: "high", image_id: "a", analysis_version: "v", params_hash: "h" }], {
    columns: ["score", "image_id", "analysis_version", "params_hash"].map((name) => ({ name, type: "utf8" })),
  });
  const keep = { rowsByImageId: new Map(), removedIds: new Set<string>() };
  expect(() => mergeIndexTable(current, SCHEMA, keep)).toThrow(
    expect.objectContaining({ code: "schema_mismatch" }),
  );
  const remove = { rowsByImageId: new Map(), removedIds: new Set(["a"]) };
  expect(mergeIndexTable(current, SCHEMA, remove).table.numRows).toBe(0);
});
