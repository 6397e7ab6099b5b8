import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsOf, tableFromColumns, tableFromRows } from "../../../src/table/arrow-table.ts";
import { readCsv } from "../../../src/table/csv/read-csv.ts";
import { csvText, writeCsv, writeCsvIfPossible } from "../../../src/table/csv/write-csv.ts";
import type { TableSchema } from "../../../src/table/table-schema.ts";
import { caught } from "../../support/caught.ts";
import { tableContent } from "../table-arbitraries.ts";

const TEXTS: TableSchema = {
  columns: [
    { name: "a", type: "utf8" },
    { name: "b", type: "utf8" },
  ],
};

/** Some columns without any value. */
const anyTable = fc.tuple(tableContent, fc.nat(63)).map(([{ schema, rows }, emptied]) => {
  const empty = schema.columns.filter(
    ({ nullable }, index) => nullable !== false && (emptied >> index) % 2 === 1,
  );
  const nulls = Object.fromEntries(empty.map(({ name }) => [name, null]));
  return { schema, rows: rows.map((row) => ({ ...row, ...nulls })) };
});

test("any table that CSV can hold comes back value for value, of all types, with empty and all-null columns", () => {
  let written = 0;
  fc.assert(
    fc.property(anyTable, ({ schema, rows }) => {
      const table = tableFromRows(rows, schema);
      const bytes = writeCsvIfPossible(table, schema);
      if (bytes === undefined) {
        return;
      }
      written++;
      const { columns, rowCount } = readCsv(bytes, { schema });
      const back = tableFromColumns(schema, columns, rowCount);
      expect([...rowsOf(back)]).toEqual([...rowsOf(table)]);
    }),
    { numRuns: 400 },
  );
  expect(written).toBeGreaterThan(200);
});

test("without its schema it comes back with the same types, but for int32 and columns without a value", () => {
  fc.assert(
    fc.property(anyTable, ({ schema, rows }) => {
      const bytes = writeCsvIfPossible(tableFromRows(rows, schema), schema);
      fc.pre(bytes !== undefined);
      const found = readCsv(bytes).schema.columns;
      const expected = schema.columns.map(({ name, type }) => {
        const hasValue = rows.some((row) => (row[name] ?? null) !== null);
        return { name, type: hasValue ? (type === "int32" ? "int64" : type) : "utf8" };
      });
      expect(found).toEqual(expected);
    }),
  );
});

test.for([
  ["NUL", "a\0"],
  ["more than a row may have", "x".repeat(2 ** 20)],
] as const)("a table with a text of %s is none that CSV can hold", ([, text]) => {
  expect(writeCsvIfPossible(tableFromRows([{ a: "x", b: "y" }], TEXTS), TEXTS)).toBeDefined();
  expect(writeCsvIfPossible(tableFromRows([{ a: "x", b: text }], TEXTS), TEXTS)).toBeUndefined();
});

test("a single column with a missing value, which would be an empty line, is refused", async () => {
  const schema: TableSchema = { columns: [{ name: "a", type: "int64" }] };
  const table = tableFromRows([{ a: 1n }, { a: null }], schema);
  expect(writeCsvIfPossible(table, schema)).toBeUndefined();
  expect(await caught(() => writeCsv(table, schema))).toMatchObject({ code: "invalid_argument" });
});

// pandas 3.1 and pyarrow 26 skip an empty line also here, and DuckDB and they take two quotes for a missing value.
test.each(["pandas", "spreadsheet", "tsv"] as const)(
  "%s keeps the rows without a value of a single column",
  (dialect) => {
    const text = csvText([{ name: "v", isFloat: true, values: [0.5, null, null, 2.5] }], 4, dialect);
    expect(text).toBe('v\n0.5\n""\n""\n2.5\n');
    expect(readCsv(new TextEncoder().encode(text)).columns["v"]).toEqual(
      Float64Array.of(0.5, Number.NaN, Number.NaN, 2.5),
    );
    expect(csvText([{ name: "n", values: [null, "x"] }], 2, dialect)).toBe('n\n""\nx\n');
  },
);
