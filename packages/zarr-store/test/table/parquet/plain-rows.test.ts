/** Rows of files of ours are read without Arrow, and are those that the general reader gives. */
import { zstdDecompressSync } from "node:zlib";
import { tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadParquetWasm } from "../../../src/table/parquet/load-parquet-wasm.ts";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { plainRowsOf } from "../../../src/table/parquet/plain/plain-rows.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import { tableFromRows } from "../../../src/table/rows/table-from-rows.ts";
import { type Row, schemaOfTable, type TableSchema } from "../../../src/table/table-schema.ts";
import { tableContent } from "../table-arbitraries.ts";

const wasm = await loadParquetWasm();
const unzstd = (bytes: Uint8Array, maxBytes: number): Uint8Array =>
  zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });

const SCHEMA: TableSchema = {
  columns: [
    { name: "id", type: "utf8", nullable: false },
    { name: "note", type: "utf8" },
    { name: "n", type: "int64", unit: "ns" },
    { name: "few", type: "int32" },
    { name: "speed", type: "float64" },
    { name: "ok", type: "bool" },
  ],
};

/** Enough rows for several pages; each id has seven, some of them apart from the others. */
function rowAt(row: number): Row {
  const id = row % 100 === 99 ? "scan-0001" : `scan-${String(Math.floor(row / 7)).padStart(4, "0")}`;
  return {
    id,
    note: row % 5 === 0 ? null : ["", "é", "😀", "\ufeffmark"][row % 4],
    n: row % 3 === 0 ? null : BigInt(row) - 5n,
    few: row % 4 === 0 ? null : -row,
    speed: row % 6 === 0 ? null : row / 8,
    ok: row % 9 === 0 ? null : row % 2 === 0,
  };
}

const ROWS = Array.from({ length: 45_000 }, (_, row) => rowAt(row));
const TABLE = tableFromRows(ROWS, SCHEMA);
const FILE = await encodeParquet(TABLE);

test("all rows are those of the general reader, for any schema and any values", async () => {
  await fc.assert(
    fc.asyncProperty(tableContent, fc.boolean(), async ({ schema, rows }, isNative) => {
      const bytes = await encodeParquet(tableFromRows(rows, schema), { schema });
      const table = await decodeParquet(bytes);
      const found = plainRowsOf(bytes, isNative ? { unzstd } : {});
      const isLeft = schema.columns.some(({ name }) => name === "__proto__");
      expect(found).toEqual(isLeft ? undefined : { schema: schemaOfTable(table), rows: [...rowsOf(table)] });
    }),
    { numRuns: 20 },
  );
});

test.each(["scan-0000", "scan-0001", "scan-3000", "scan-6428", "scan-9999", ""])(
  "the rows of %j are those that have it, in order, from all pages",
  (text) => {
    const found = plainRowsOf(FILE, { where: { column: "id", text }, unzstd });
    expect(found?.schema).toEqual(schemaOfTable(TABLE));
    expect(found?.rows).toEqual(ROWS.filter(({ id }) => id === text));
  },
);

test("a column with nulls chooses rows as well, and only the columns asked for are read", () => {
  const where = { column: "note", text: "😀" };
  const found = plainRowsOf(FILE, { where, columns: ["n", "ok"], unzstd });
  const expected = ROWS.filter(({ note }) => note === "😀").map(({ n, ok }) => ({ n, ok }));
  expect(found?.rows).toEqual(expected);
});

test("groups of rows and files without compression are read alike", () => {
  const properties = new wasm.WriterPropertiesBuilder()
    .setDictionaryEnabled(false)
    .setCompression(wasm.Compression.UNCOMPRESSED)
    .setMaxRowGroupSize(1000)
    .setDataPageSizeLimit(500)
    .setWriteBatchSize(64)
    .build();
  const bytes = wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(TABLE, "stream")), properties);
  const found = plainRowsOf(bytes, { where: { column: "id", text: "scan-0001" } });
  expect(found?.rows).toEqual(ROWS.filter(({ id }) => id === "scan-0001"));
});

test("what is not written plainly is left to the general reader", () => {
  const dictionaries = wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(TABLE, "stream")));
  expect(plainRowsOf(dictionaries)).toBeUndefined();
  expect(plainRowsOf(FILE, { where: { column: "absent", text: "x" } })).toBeUndefined();
  expect(plainRowsOf(FILE, { where: { column: "n", text: "1" } })).toBeUndefined();
  expect(plainRowsOf(new Uint8Array(20))).toBeUndefined();
  expect(plainRowsOf(FILE.subarray(0, FILE.length - 1))).toBeUndefined();
});

test("a damaged file gives no rows, or those that it held where no bit of them changed", async () => {
  const rows = ROWS.slice(0, 12);
  const bytes = await encodeParquet(tableFromRows(rows, SCHEMA));
  const outcomes = { none: 0, same: 0, other: 0 };
  for (let at = 0; at < bytes.length; at += 5) {
    const broken = bytes.slice();
    broken[at] = (broken[at] ?? 0) ^ 4;
    const found = plainRowsOf(broken, { unzstd })?.rows;
    const key =
      found === undefined
        ? "none"
        : JSON.stringify(found, plainly) === JSON.stringify(rows, plainly)
          ? "same"
          : "other";
    outcomes[key]++;
  }
  // Zstandard without checksums: some bits are those of values.
  expect(outcomes.none).toBeGreaterThan(bytes.length / 25);
  expect(outcomes.same).toBeGreaterThan(0);
});

function plainly(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
