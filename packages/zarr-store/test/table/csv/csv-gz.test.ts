import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { columnOf, emptyTable, rowsOf, tableFromRows } from "../../../src/table/arrow-table.ts";
import { decodeCsvGz, encodeCsvGz } from "../../../src/table/csv/csv-gz.ts";
import { type ColumnType, schemaOfTable, type TableSchema } from "../../../src/table/table-schema.ts";
import { tableContent } from "../table-arbitraries.ts";

const packed = (csv: string): Uint8Array => gzipSync(csv);
const unpacked = (bytes: Uint8Array): string => gunzipSync(bytes).toString("utf8");

const schema = {
  columns: [
    { name: "id", type: "int64", nullable: false },
    { name: "count", type: "int32" },
    { name: "speed, mm/s", type: "float64" },
    { name: "name", type: "utf8" },
    { name: "ok", type: "bool" },
  ],
} as const;

describe("encodeCsvGz", () => {
  test("writes nulls as empty fields, strings in quotes, Python's spelling of floats and booleans", async () => {
    const table = tableFromRows(
      [
        { id: 1771700000123456789n, count: 1, "speed, mm/s": 1, name: 'a "b"\nc', ok: true },
        { id: 0n, "speed, mm/s": 1e-7, name: "", ok: false },
        { id: -1n, "speed, mm/s": Number.NEGATIVE_INFINITY, name: "007" },
      ],
      schema,
    );
    expect(unpacked(await encodeCsvGz(table))).toBe(
      'id,count,"speed, mm/s",name,ok\n' +
        '1771700000123456789,1,1.0,"a ""b""\nc",True\n' +
        '0,,1e-07,"",False\n' +
        '-1,,-inf,"007",\n',
    );
  });

  test("writes equal tables as equal bytes, without a time or a system in the header", async () => {
    const table = emptyTable(schema);
    const bytes = await encodeCsvGz(table);
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
    expect(await encodeCsvGz(table)).toEqual(bytes);
  });

  test("refuses a table without columns", async () => {
    await expect(encodeCsvGz(emptyTable({ columns: [] }))).rejects.toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  });
});

describe("decodeCsvGz", () => {
  test("undoes encodeCsvGz, for any schema and any values", async () => {
    await fc.assert(
      fc.asyncProperty(tableContent, async ({ schema, rows }) => {
        const decoded = await decodeCsvGz(await encodeCsvGz(tableFromRows(rows, schema)), schema);
        expect([...rowsOf(decoded)]).toEqual(rows);
        expect(schemaOfTable(decoded)).toEqual(schema);
      }),
    );
  });

  test("undoes it without the schema too, but for integers, which are int64, and columns without a value", async () => {
    await fc.assert(
      fc.asyncProperty(tableContent, async ({ schema, rows }) => {
        const decoded = await decodeCsvGz(await encodeCsvGz(tableFromRows(rows, schema)));
        const found = schemaOfTable(decoded).columns;
        for (const [index, { name, type }] of schema.columns.entries()) {
          const cells = rows.map((row) => row[name] ?? null);
          const asRead = cells.map((cell) =>
            type === "int32" && typeof cell === "number" ? BigInt(cell) : cell,
          );
          expect(columnOf(decoded, name)).toEqual(asRead);
          if (type === "utf8" || cells.some((cell) => cell !== null)) {
            expect(found[index]?.type).toBe(type === "int32" ? "int64" : type);
          }
        }
      }),
    );
  });

  test.each<[string, ColumnType, readonly unknown[]]>([
    ["1,-2,3,,9223372036854775807", "int64", [1n, -2n, 3n, null, 9223372036854775807n]],
    ["1,+3", "utf8", ["1", "+3"]],
    ["1,9223372036854775808", "float64", [1, 2 ** 63]],
    ["1,2.0", "float64", [1, 2]],
    [
      "1e-7,.5,5.,inf,-Infinity,nan",
      "float64",
      [1e-7, 0.5, 5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null],
    ],
    ["nan,inf", "float64", [null, Number.POSITIVE_INFINITY]],
    ["nan,nan", "float64", [null, null]],
    ["1,NA,N/A,null,2", "int64", [1n, null, null, null, 2n]],
    ["007,1", "utf8", ["007", "1"]],
    ["00.5,1", "utf8", ["00.5", "1"]],
    ["0,0.5,-0.0", "float64", [0, 0.5, -0]],
    ['"7",8', "utf8", ["7", "8"]],
    ["True,false,TRUE,", "bool", [true, false, true, null]],
    ["True,1", "utf8", ["True", "1"]],
    ["0x10", "utf8", ["0x10"]],
    ["1_000", "utf8", ["1_000"]],
    [" 1", "utf8", [" 1"]],
    ["2026-01-02", "utf8", ["2026-01-02"]],
    [",", "utf8", [null, null]],
  ])("guesses the type of %j with care", async (fields, type, expected) => {
    const decoded = await decodeCsvGz(packed(`x\n${fields.split(",").join("\n")}\n`));
    expect(schemaOfTable(decoded).columns).toEqual([{ name: "x", type }]);
    expect(columnOf(decoded, "x")).toEqual(expected);
  });

  test("reads integers that pandas wrote as floats beside a missing value, if the schema says so", async () => {
    const decoded = await decodeCsvGz(packed("id,count\n1.0,\n2,3.0\n"), {
      columns: [
        { name: "id", type: "int64" },
        { name: "count", type: "int32" },
      ],
    });
    expect([...rowsOf(decoded)]).toEqual([
      { id: 1n, count: null },
      { id: 2n, count: 3 },
    ]);
  });

  test("takes an empty field for an empty string where there are no nulls", async () => {
    const columns = [
      { name: "a", type: "utf8", nullable: false },
      { name: "b", type: "utf8" },
    ] as const;
    const decoded = await decodeCsvGz(packed("a,b\n,\n"), { columns });
    expect([...rowsOf(decoded)]).toEqual([{ a: "", b: null }]);
  });

  test("finds the columns of the schema in any order", async () => {
    const columns = [
      { name: "a", type: "int32" },
      { name: "b", type: "utf8" },
    ] as const;
    const decoded = await decodeCsvGz(packed("b,a\nx,1\n"), { columns });
    expect(schemaOfTable(decoded)).toEqual({ columns });
    expect([...rowsOf(decoded)]).toEqual([{ a: 1, b: "x" }]);
  });

  test.each<[string, ColumnType, string]>([
    ["1.5", "int64", 'expected int64, found "1.5"'],
    ["9223372036854775808", "int64", 'expected int64, found "9223372036854775808"'],
    ["2147483648", "int32", 'expected int32, found "2147483648"'],
    [`${"9".repeat(60)}`, "int64", "expected int64"],
    ["1,5", "float64", 'expected float64, found "1,5"'],
    ["yes", "bool", 'expected bool, found "yes"'],
  ])("refuses %s as %s, with column and line", async (cell, type, message) => {
    await expect(
      decodeCsvGz(packed(`x\n\n"${cell}"\n`), { columns: [{ name: "x", type }] }, { where: "t.csv.gz" }),
    ).rejects.toThrow(
      expect.objectContaining({
        code: "schema_mismatch",
        message: expect.stringContaining(`t.csv.gz: CSV line 3, column "x": ${message}`),
      }),
    );
  });

  test("refuses a missing value, column or header that the schema has not", async () => {
    const strict: TableSchema = { columns: [{ name: "x", type: "int64", nullable: false }] };
    const code = async (csv: string): Promise<unknown> =>
      decodeCsvGz(packed(csv), strict).then(
        () => "accepted",
        (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
      );
    expect(await code("x\n\n")).toBe("schema_mismatch: column x, row 0: expected a value, found null");
    expect(await code("x,y\n1,2\n")).toBe(
      "schema_mismatch: titles of the file: expected the columns of the schema, found y",
    );
    expect(await code("x,x\n1,2\n")).toBe('invalid_file: the file: CSV titles: two columns named "x"');
    expect(await code("")).toContain(
      "invalid_file: the file: CSV line 1: expected titles, found an empty file",
    );
  });

  test("refuses what is no gzip, is cut short, is followed by more, is no UTF-8 or unpacks to too much", async () => {
    const bytes = packed("x\n1\n");
    const failure = expect.objectContaining({ code: "invalid_file" });
    await expect(decodeCsvGz(new TextEncoder().encode("x\n1\n"))).rejects.toThrow(failure);
    await expect(decodeCsvGz(bytes.subarray(0, -6))).rejects.toThrow(failure);
    await expect(decodeCsvGz(new Uint8Array([...bytes, 1, 2, 3]))).rejects.toThrow(failure);
    await expect(decodeCsvGz(gzipSync(new Uint8Array([0x78, 0x0a, 0x81])))).rejects.toThrow(failure);
    const bomb = gzipSync(new Uint8Array(50_000_000));
    await expect(decodeCsvGz(bomb, undefined, { maxDecodedBytes: 1_000_000 })).rejects.toThrow(
      "at most 1000000 bytes",
    );
  });
});
