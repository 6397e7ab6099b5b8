import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowsOf, spliceRows, tableFromRows } from "../../../src/table/arrow-table.ts";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { schemaOfTable } from "../../../src/table/table-schema.ts";
import { rowsFor, tableSchema } from "../table-arbitraries.ts";

const ids = { columns: [{ name: "id", type: "utf8" }] } as const;

describe("spliceRows", () => {
  test("gives the rows of all ranges in their order, as rows made anew, to the byte of their Parquet", async () => {
    const cases = tableSchema.chain((schema) =>
      fc.record({
        schema: fc.constant(schema),
        tables: fc.array(rowsFor(schema, 12), { minLength: 1, maxLength: 3 }),
        picks: fc.array(fc.record({ table: fc.nat(), first: fc.nat(), count: fc.nat(12) }), { maxLength: 6 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ schema, tables, picks }) => {
        const made = tables.map((rows) => ({ rows, table: tableFromRows(rows, schema) }));
        const chosen = picks.flatMap((pick) => {
          const found = made[pick.table % made.length];
          const firstRow = pick.first % ((found?.rows.length ?? 0) + 1);
          const rowCount = Math.min(pick.count, (found?.rows.length ?? 0) - firstRow);
          return found === undefined ? [] : [{ ...found, firstRow, rowCount }];
        });
        const expected = chosen.flatMap(({ rows, firstRow, rowCount }) =>
          rows.slice(firstRow, firstRow + rowCount),
        );
        const spliced = spliceRows(chosen, schema);
        expect([...rowsOf(spliced)]).toEqual(expected);
        expect(schemaOfTable(spliced)).toEqual(schema);
        const bytes = await encodeParquet(tableFromRows(expected, schema));
        expect(await encodeParquet(spliced)).toEqual(bytes);
        const stored = await decodeParquet(bytes);
        const again = spliceRows([{ table: stored, firstRow: 0, rowCount: stored.numRows }], schema);
        expect(await encodeParquet(again)).toEqual(bytes);
      }),
      { numRuns: 60 },
    );
  });

  test("finds columns by name, and fills those that a table has not with nulls", () => {
    const schema = { columns: [{ name: "n", type: "int64" }, ...ids.columns] } as const;
    const [old, added] = [tableFromRows([{ id: "a" }], ids), tableFromRows([{ id: "b", n: 2n }], schema)];
    const ranges = [old, added].map((table) => ({ table, firstRow: 0, rowCount: 1 }));
    expect([...rowsOf(spliceRows(ranges, schema))]).toEqual([
      { n: null, id: "a" },
      { n: 2n, id: "b" },
    ]);
  });

  test.each([
    { firstRow: 0, rowCount: 3 },
    { firstRow: 2, rowCount: 1 },
    { firstRow: -1, rowCount: 1 },
    { firstRow: 1, rowCount: -1 },
    { firstRow: 0.5, rowCount: 1 },
    { firstRow: 0, rowCount: Number.NaN },
  ])("refuses $rowCount rows from row $firstRow of a table of two", (range) => {
    const table = tableFromRows([{ id: "a" }, { id: "b" }], ids);
    expect(() => spliceRows([{ table, ...range }], ids)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });

  test("refuses a column of another type, and a null where the schema has none", () => {
    const range = { table: tableFromRows([{}], ids), firstRow: 0, rowCount: 1 };
    for (const column of [
      { name: "id", type: "int64" },
      { name: "id", type: "utf8", nullable: false },
    ] as const) {
      expect(() => spliceRows([range], { columns: [column] })).toThrow(
        expect.objectContaining({
          code: "schema_mismatch",
          details: expect.objectContaining({ path: "id" }),
        }),
      );
    }
  });
});
