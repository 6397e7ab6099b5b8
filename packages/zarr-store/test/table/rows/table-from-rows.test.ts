import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  columnOf,
  emptyTable,
  rowsOf,
  tableFromColumns,
  tableFromRows,
} from "../../../src/table/arrow-table.ts";
import type { CellValue, Column, Row } from "../../../src/table/table-schema.ts";
import { tableContent } from "../table-arbitraries.ts";

const schema = {
  columns: [
    { name: "id", type: "int64", nullable: false },
    { name: "count", type: "int32" },
    { name: "speed", type: "float64" },
    { name: "name", type: "utf8" },
    { name: "ok", type: "bool" },
  ],
} as const;

describe("tableFromRows and rowsOf", () => {
  test("are inverse to each other, for any schema and any values", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        const table = tableFromRows(rows, schema);
        expect(table.numRows).toBe(rows.length);
        expect([...rowsOf(table)]).toEqual(rows);
      }),
    );
  });

  test("make a null of a missing key, of undefined and of NaN", () => {
    const rows: Row[] = [{ id: 1 }, { id: 2, count: undefined, speed: Number.NaN, name: null }];
    expect([...rowsOf(tableFromRows(rows, schema))]).toEqual([
      { id: 1n, count: null, speed: null, name: null, ok: null },
      { id: 2n, count: null, speed: null, name: null, ok: null },
    ]);
  });

  test("keep infinities and the negative zero of a float column", () => {
    const rows = [Number.POSITIVE_INFINITY, -0, Number.NEGATIVE_INFINITY].map((speed) => ({ id: 0n, speed }));
    expect(columnOf(tableFromRows(rows, schema), "speed")).toEqual([
      Number.POSITIVE_INFINITY,
      -0,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test("do not take what an object inherits for a cell", () => {
    const named = { columns: [{ name: "toString", type: "utf8" }] } as const;
    expect([...rowsOf(tableFromRows([{}], named))]).toEqual([{ toString: null }]);
  });

  test.each<[Row, string]>([
    [{ id: 1.5 }, "column id, row 1: expected a bigint of 64 bits or a safe integer, found number 1.5"],
    [
      { id: 2 ** 53 },
      "column id, row 1: expected a bigint of 64 bits or a safe integer, found number 9007199254740992",
    ],
    [
      { id: 2n ** 63n },
      "column id, row 1: expected a bigint of 64 bits or a safe integer, found bigint 9223372036854775808",
    ],
    [{ id: "1" }, 'column id, row 1: expected a bigint of 64 bits or a safe integer, found "1"'],
    [{}, "column id, row 1: expected a value, found null"],
    [
      { id: 1, count: 2 ** 31 },
      "column count, row 1: expected an integer of 32 bits, found number 2147483648",
    ],
    [{ id: 1, count: 1n }, "column count, row 1: expected an integer of 32 bits, found bigint 1"],
    [{ id: 1, speed: 1n }, "column speed, row 1: expected a number, found bigint 1"],
    [{ id: 1, speed: true }, "column speed, row 1: expected a number, found boolean true"],
    [{ id: 1, name: 7 }, "column name, row 1: expected a string, found number 7"],
    [{ id: 1, name: "\udfff" }, 'column name, row 1: expected Unicode text, found "a lone surrogate"'],
    [{ id: 1, ok: 1 }, "column ok, row 1: expected a boolean, found number 1"],
    [{ id: 1, other: 1 }, "column other, row 1: the schema has no such column"],
  ])("refuse %o", (row, message) => {
    expect(() => tableFromRows([{ id: 0 }, row], schema)).toThrow(
      expect.objectContaining({ code: "schema_mismatch", message }),
    );
  });

  test("refuse a NaN where no nulls are allowed", () => {
    const strict = { columns: [{ name: "speed", type: "float64", nullable: false }] } as const;
    expect(() => tableFromRows([{ speed: Number.NaN }], strict)).toThrow(
      "column speed, row 0: expected a value",
    );
  });
});

describe("tableFromColumns", () => {
  test("makes the same table as the rows", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        const columns = Object.fromEntries(
          schema.columns.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]),
        );
        const table = tableFromColumns(schema, columns, rows.length);
        expect([...rowsOf(table)]).toEqual([...rowsOf(tableFromRows(rows, schema))]);
      }),
    );
  });

  test("takes typed arrays, constants and columns that are not given", () => {
    const table = tableFromColumns(schema, {
      id: new BigInt64Array([1n, 2n]),
      count: new Int32Array([3, 4]),
      speed: new Float64Array([0.5, Number.NaN]),
      name: { constant: "same" },
    });
    expect([...rowsOf(table)]).toEqual([
      { id: 1n, count: 3, speed: 0.5, name: "same", ok: null },
      { id: 2n, count: 4, speed: null, name: "same", ok: null },
    ]);
  });

  test("converts a typed array of another kind cell by cell", () => {
    const table = tableFromColumns(schema, { id: new Int32Array([7]), speed: new Int32Array([2]) });
    expect([...rowsOf(table)]).toEqual([{ id: 7n, count: null, speed: 2, name: null, ok: null }]);
    expect(() => tableFromColumns(schema, { id: new Float64Array([0.5]) })).toThrow("column id, row 0");
  });

  test("copies what it is given", () => {
    const speed = new Float64Array([1, 2]);
    const table = tableFromColumns(schema, { id: { constant: 0n }, speed });
    speed.fill(9);
    expect(columnOf(table, "speed")).toEqual([1, 2]);
  });

  test("refuses columns of different lengths and unknown ones", () => {
    expect(() => tableFromColumns(schema, { id: [1n, 2n], count: [1] })).toThrow(
      "column count: expected 2 rows, found 1",
    );
    expect(() => tableFromColumns(schema, { id: [1n], ids: [1n] })).toThrow(
      "column ids: the schema has no such column",
    );
    expect(() => tableFromColumns(schema, { count: [1] })).toThrow(
      "column id, row 0: expected a value, found null",
    );
  });

  test("refuses a schema that is none", () => {
    const twice: readonly Column[] = [
      { name: "a", type: "utf8" },
      { name: "a", type: "utf8" },
    ];
    expect(() => tableFromColumns({ columns: twice }, {})).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });
});

describe("emptyTable", () => {
  test("has the columns and no rows", () => {
    const table = emptyTable(schema);
    expect(table.numRows).toBe(0);
    expect(table.schema.fields.map((field) => `${field}`)).toEqual([
      "id: Int64",
      "count: Int32",
      "speed: Float64",
      "name: Utf8",
      "ok: Bool",
    ]);
    expect([...rowsOf(table)]).toEqual([]);
  });
});

describe("columnOf", () => {
  test("gives one column of the rows", () => {
    fc.assert(
      fc.property(tableContent, ({ schema, rows }) => {
        const table = tableFromRows(rows, schema);
        for (const { name } of schema.columns) {
          expect(columnOf(table, name)).toEqual(rows.map((row): CellValue => row[name] ?? null));
        }
      }),
    );
  });

  test("names the columns that there are when there is none of the name", () => {
    expect(() => columnOf(emptyTable(schema), "nope")).toThrow(
      expect.objectContaining({
        code: "schema_mismatch",
        message: "no column nope, there are id, count, speed, name, ok",
      }),
    );
  });
});
