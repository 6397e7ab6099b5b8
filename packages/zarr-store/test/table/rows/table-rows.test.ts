import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  columnOf,
  concatTables,
  emptyTable,
  filterRows,
  rowsOf,
  sortRowsBy,
  tableFromRows,
  takeRows,
} from "../../../src/table/arrow-table.ts";
import { schemaOfTable } from "../../../src/table/table-schema.ts";
import { rowsFor, tableContent, tableSchema } from "../table-arbitraries.ts";

describe("concatTables", () => {
  test("puts the rows of all tables one after another", () => {
    const parts = tableSchema.chain((schema) =>
      fc.array(rowsFor(schema, 8), { minLength: 1, maxLength: 4 }).map((tables) => ({ schema, tables })),
    );
    fc.assert(
      fc.property(parts, ({ schema, tables }) => {
        const whole = concatTables(tables.map((rows) => tableFromRows(rows, schema)));
        expect([...rowsOf(whole)]).toEqual(tables.flat());
        expect(schemaOfTable(whole)).toEqual(schema);
      }),
    );
  });

  const strict = { columns: [{ name: "id", type: "utf8", nullable: false }] } as const;
  const loose = { columns: [{ name: "id", type: "utf8" }] } as const;

  test("allows nulls if one of the tables does", () => {
    const whole = concatTables([tableFromRows([{ id: "a" }], strict), tableFromRows([{}], loose)]);
    expect(columnOf(whole, "id")).toEqual(["a", null]);
    expect(schemaOfTable(whole)).toEqual(loose);
  });

  test("makes a table of no tables if it is given the schema", () => {
    expect(schemaOfTable(concatTables([], strict))).toEqual(strict);
    expect(() => concatTables([])).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  test("names the table and the column that differ", () => {
    const other = tableFromRows([{ id: 1 }], { columns: [{ name: "id", type: "int64" }] });
    expect(() => concatTables([tableFromRows([], loose), other])).toThrow(
      expect.objectContaining({
        code: "schema_mismatch",
        message: "column id of table 1: expected utf8, found int64",
      }),
    );
  });
});

describe("takeRows", () => {
  test("gives the rows at the indices, in their order and as often as they come", () => {
    const taken = tableContent.chain((content) =>
      fc
        .array(fc.nat(Math.max(0, content.rows.length - 1)), {
          maxLength: content.rows.length === 0 ? 0 : 60,
        })
        .map((indices) => ({ ...content, indices })),
    );
    fc.assert(
      fc.property(taken, ({ schema, rows, indices }) => {
        const table = takeRows(tableFromRows(rows, schema), indices);
        expect([...rowsOf(table)]).toEqual(indices.map((index) => rows[index]));
        expect(schemaOfTable(table)).toEqual(schema);
      }),
    );
  });

  test("takes rows of what was taken", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        const backwards = rows.map((_, index) => rows.length - 1 - index);
        const twice = takeRows(takeRows(tableFromRows(rows, schema), backwards), backwards);
        expect([...rowsOf(twice)]).toEqual(rows);
      }),
    );
  });

  test.each([-1, 2, 0.5, Number.NaN])("refuses the index %d of two rows", (index) => {
    const table = tableFromRows([{ a: "x" }, { a: "y" }], { columns: [{ name: "a", type: "utf8" }] });
    expect(() => takeRows(table, [0, index])).toThrow(
      expect.objectContaining({ code: "invalid_argument", message: `no row ${index} in a table of 2 rows` }),
    );
  });
});

describe("filterRows", () => {
  test("keeps what the bytes or the predicate say", () => {
    const filtered = tableContent.chain((content) =>
      fc
        .array(fc.nat(1), { minLength: content.rows.length, maxLength: content.rows.length })
        .map((keep) => ({ ...content, keep })),
    );
    fc.assert(
      fc.property(filtered, ({ schema, rows, keep }) => {
        const table = tableFromRows(rows, schema);
        const expected = rows.filter((_, index) => keep[index] === 1);
        expect([...rowsOf(filterRows(table, Uint8Array.from(keep)))]).toEqual(expected);
        expect([...rowsOf(filterRows(table, (index) => keep[index] === 1))]).toEqual(expected);
      }),
    );
  });

  test("refuses bytes for another number of rows", () => {
    const table = emptyTable({ columns: [{ name: "a", type: "utf8" }] });
    expect(() => filterRows(table, new Uint8Array(1))).toThrow("expected 0 bytes, found 1");
  });
});

describe("sortRowsBy", () => {
  const schema = {
    columns: [
      { name: "id", type: "utf8" },
      { name: "n", type: "int32" },
    ],
  } as const;

  test("orders strings by code unit, equal ones as they were, nulls last", () => {
    const ids = ["b", null, "a", "Z", "\ufffd", "😀", "a", null, "", "ä"];
    const table = tableFromRows(
      ids.map((id, n) => ({ id, n })),
      schema,
    );
    const sorted = sortRowsBy(table, "id");
    expect(columnOf(sorted, "id")).toEqual(["", "Z", "a", "a", "b", "ä", "😀", "\ufffd", null, null]);
    expect(columnOf(sorted, "n")).toEqual([8, 3, 2, 6, 0, 9, 5, 4, 1, 7]);
  });

  test("orders numbers by value, and gives the same rows", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (values) => {
        const table = tableFromRows(
          values.map((n) => ({ n })),
          schema,
        );
        expect(columnOf(sortRowsBy(table, "n"), "n")).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
  });
});
