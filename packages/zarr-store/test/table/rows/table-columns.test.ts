import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addColumns, rowsOf, selectColumns, tableFromRows } from "../../../src/table/arrow-table.ts";
import { schemaOfTable } from "../../../src/table/table-schema.ts";
import { tableContent } from "../table-arbitraries.ts";

const schema = { columns: [{ name: "n", type: "int32" }] } as const;
const table = tableFromRows([{ n: 1 }, {}], schema);

describe("addColumns", () => {
  test("stamps all rows with a constant, and makes nulls where there are no data", () => {
    const wider = addColumns(
      table,
      [
        { name: "image_id", type: "utf8", nullable: false },
        { name: "note", type: "utf8" },
        { name: "x", type: "float64" },
      ],
      { image_id: { constant: "é-1" }, x: new Float64Array([1, 2]) },
    );
    expect([...rowsOf(wider)]).toEqual([
      { n: 1, image_id: "é-1", note: null, x: 1 },
      { n: null, image_id: "é-1", note: null, x: 2 },
    ]);
    expect(schemaOfTable(wider).columns[1]).toEqual({ name: "image_id", type: "utf8", nullable: false });
  });

  test("refuses a name that is there, and a length that is not that of the table", () => {
    expect(() => addColumns(table, [{ name: "n", type: "utf8" }])).toThrow('found "n" again');
    expect(() => addColumns(table, [{ name: "x", type: "utf8" }], { x: ["a"] })).toThrow(
      "expected 2 rows, found 1",
    );
  });
});

describe("selectColumns", () => {
  test("gives the columns in the order of the names", () => {
    const chosen = tableContent.chain((content) =>
      fc.shuffledSubarray([...content.schema.columns]).map((columns) => ({ ...content, columns })),
    );
    fc.assert(
      fc.property(chosen, ({ schema, rows, columns }) => {
        const selected = selectColumns(
          tableFromRows(rows, schema),
          columns.map(({ name }) => name),
        );
        expect(schemaOfTable(selected)).toEqual({ columns });
        expect([...rowsOf(selected)]).toEqual(
          rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name]]))),
        );
      }),
    );
  });

  test("names the column that is not there", () => {
    expect(() => selectColumns(table, ["n", "m"])).toThrow("no column m, there are n");
    expect(() => selectColumns(table, ["n", "n"])).toThrow('found "n" again');
  });
});
