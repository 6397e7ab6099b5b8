import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyTable, tableFromRows } from "../../src/table/arrow-table.ts";
import {
  assertTableMatches,
  type Column,
  parseTableSchema,
  schemaOfTable,
  type TableSchema,
} from "../../src/table/table-schema.ts";
import { tableContent, tableSchema } from "./table-arbitraries.ts";

describe("parseTableSchema", () => {
  test("gives every schema back as it is", () => {
    fc.assert(
      fc.property(tableSchema, (schema) => {
        expect(parseTableSchema(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
      }),
    );
  });

  const column = { name: "a", type: "int64" };
  test.each([
    [null, "$.columns", "an array of at most 1024 columns, found undefined"],
    [{ columns: "a" }, "$.columns", "an array of at most 1024 columns, found string"],
    [{ columns: new Array(1025).fill(column) }, "$.columns", "at most 1024 columns, found 1025 columns"],
    [{ columns: [column, null] }, "$.columns[1].name", "a name, found undefined"],
    [{ columns: [{ ...column, name: "" }] }, "$.columns[0].name", "a name, found an empty string"],
    [
      { columns: [{ ...column, name: "\ud800" }] },
      "$.columns[0].name",
      "a name, found a byte order mark or a lone surrogate",
    ],
    [{ columns: [{ ...column, name: "\ufeffa" }] }, "$.columns[0].name", "found a byte order mark"],
    [{ columns: [column, column] }, "$.columns[1].name", 'a name of its own, found "a" again'],
    [
      { columns: [{ name: "a", type: "date" }] },
      "$.columns[0].type",
      "int64, int32, float64, utf8, bool, found date",
    ],
    [{ columns: [{ ...column, nullable: 1 }] }, "$.columns[0].nullable", "a boolean, found number"],
    [{ columns: [{ ...column, unit: 1 }] }, "$.columns[0].unit", "a string, found number"],
    [{ columns: [{ ...column, description: {} }] }, "$.columns[0].description", "a string, found object"],
  ])("refuses %j and names the path", (value, path, message) => {
    expect(() => parseTableSchema(value)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringContaining(message),
        details: expect.objectContaining({ path }),
      }),
    );
  });

  test("takes 1024 columns", () => {
    const columns = Array.from({ length: 1024 }, (_, index) => ({ name: `c${index}`, type: "utf8" }));
    expect(parseTableSchema({ columns }).columns).toHaveLength(1024);
  });
});

describe("schemaOfTable", () => {
  test("gives the schema that a table was made by, units and nullability included", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        expect(schemaOfTable(tableFromRows(rows, schema))).toEqual(schema);
      }),
    );
  });
});

describe("assertTableMatches", () => {
  test("accepts a table made by the schema", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        assertTableMatches(schema, tableFromRows(rows, schema), "t");
      }),
    );
  });

  const columns: readonly Column[] = [
    { name: "id", type: "int64", nullable: false },
    { name: "speed", type: "float64", unit: "mm/s" },
  ];
  const mismatch = (schema: TableSchema, found: readonly Column[]): (() => void) => {
    const table = emptyTable({ columns: found });
    return () => assertTableMatches(schema, table, "tables/t.parquet");
  };

  test.each<[readonly Column[], string]>([
    [
      [{ name: "id", type: "int32" }, ...columns.slice(1)],
      "column id of tables/t.parquet: expected int64, found int32",
    ],
    [columns.slice(0, 1), "column speed of tables/t.parquet: expected as column 1, found no more columns"],
    [columns.toReversed(), "column id of tables/t.parquet: expected as column 0, found speed"],
    [
      [...columns, { name: "x", type: "utf8" }],
      "column x of tables/t.parquet: expected no such column, found utf8",
    ],
    [
      [...columns.slice(0, 1), { name: "speed", type: "float64", unit: "um/s" }],
      "column speed of tables/t.parquet: expected mm/s, found um/s",
    ],
  ])("names the first column that differs: %j", (found, message) => {
    expect(mismatch({ columns }, found)).toThrow(
      expect.objectContaining({ code: "schema_mismatch", message }),
    );
  });

  test("compares units only where both sides say one", () => {
    mismatch({ columns }, [...columns.slice(0, 1), { name: "speed", type: "float64" }])();
  });

  test("minds nulls where none are allowed, not the flag that allows them", () => {
    const loose = { columns: [{ name: "id", type: "int64" }] } as const;
    const strict = { columns: [{ name: "id", type: "int64", nullable: false }] } as const;
    assertTableMatches(strict, tableFromRows([{ id: 1n }], loose), "t");
    expect(() => assertTableMatches(strict, tableFromRows([{ id: 1n }, {}], loose), "t")).toThrow(
      "column id of t: expected no nulls, found 1 nulls",
    );
  });
});
