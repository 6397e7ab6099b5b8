import { rowsOf, type TableSchema, tableFromColumns, tableFromRows } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canWriteCsv, readCsv, writeCsv } from "../src/index.ts";
import { caught } from "./caught.ts";
import { anyTable } from "./node/random-dataset.ts";

const TEXTS: TableSchema = {
  columns: [
    { name: "a", type: "utf8" },
    { name: "b", type: "utf8" },
  ],
};

test("any table that CSV can hold comes back value for value, of all types, with empty and all-null columns", () => {
  let written = 0;
  fc.assert(
    fc.property(anyTable(), ({ schema, rows }) => {
      const table = tableFromRows(rows, schema);
      if (!canWriteCsv(table, schema)) {
        return;
      }
      written++;
      const { columns, rowCount } = readCsv(writeCsv(table, schema), { schema });
      const back = tableFromColumns(schema, columns, rowCount);
      expect([...rowsOf(back)]).toEqual([...rowsOf(table)]);
    }),
    { numRuns: 400 },
  );
  expect(written).toBeGreaterThan(200);
});

test.for([
  ["NUL", "a\0"],
  ["more than a row may have", "x".repeat(2 ** 20)],
] as const)("a table with a text of %s is none that CSV can hold", ([, text]) => {
  expect(canWriteCsv(tableFromRows([{ a: "x", b: "y" }], TEXTS), TEXTS)).toBe(true);
  expect(canWriteCsv(tableFromRows([{ a: "x", b: text }], TEXTS), TEXTS)).toBe(false);
});

test("a single column with a missing value, which would be an empty line, is refused", async () => {
  const schema: TableSchema = { columns: [{ name: "a", type: "int64" }] };
  const table = tableFromRows([{ a: 1n }, { a: null }], schema);
  expect(canWriteCsv(table, schema)).toBe(false);
  expect(await caught(() => writeCsv(table, schema))).toMatchObject({ code: "invalid_argument" });
});
