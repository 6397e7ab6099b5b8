/** Small files are read without WebAssembly, and give what the WebAssembly gives. */
import {
  Field,
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadParquetWasm } from "../../../src/table/parquet/load-parquet-wasm.ts";
import { decodeParquet, encodeParquet } from "../../../src/table/parquet/parquet.ts";
import { parquetFooterOf } from "../../../src/table/parquet/parquet-footer.ts";
import { readSmallParquet, SMALL_FILE_BYTES } from "../../../src/table/parquet/plain/small-parquet.ts";
import { normalizeTable } from "../../../src/table/rows/normalize-table.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import { tableFromRows } from "../../../src/table/rows/table-from-rows.ts";
import { schemaOfTable } from "../../../src/table/table-schema.ts";
import { tableContent } from "../table-arbitraries.ts";

const wasm = await loadParquetWasm();

function small(bytes: Uint8Array, maxCells = 1 << 26): Table | undefined {
  return readSmallParquet(bytes, parquetFooterOf(bytes, { rowGroups: true }), maxCells);
}

function byWasm(bytes: Uint8Array): Table {
  return normalizeTable(tableFromIPC(wasm.readParquet(bytes, { batchSize: 1 << 20 }).intoIPCStream()));
}

/** All that a reader sees of a table. */
function seen(table: Table): unknown {
  return {
    rows: [...rowsOf(table)],
    schema: schemaOfTable(table),
    metadata: [...table.schema.metadata],
    fields: table.schema.fields.map((field) => `${field} ${field.nullable}`),
    batches: table.batches.length,
    nulls: table.schema.fields.map((_, index) => table.getChildAt(index)?.nullCount),
  };
}

type Properties = InstanceType<typeof wasm.WriterPropertiesBuilder>;

/** Written by the WebAssembly with other properties than ours. */
function written(table: Table, set: (properties: Properties) => Properties): Uint8Array {
  const properties = set(new wasm.WriterPropertiesBuilder().setDictionaryEnabled(false)).build();
  return wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, "stream")), properties);
}

const columns = [
  { name: "id", type: "int64", nullable: false, unit: "ns" },
  { name: "count", type: "int32" },
  { name: "speed", type: "float64", description: "of what flows" },
  { name: "name", type: "utf8" },
  { name: "ok", type: "bool" },
] as const;

/** Long runs of values and of nulls, short ones, and text of every length of UTF-8. */
function longTable(count: number): Table {
  const rows = Array.from({ length: count }, (_, row) => ({
    id: BigInt(row) - 5n,
    count: row % 3 === 0 ? null : row,
    speed: row < 200 ? null : row / 8,
    name: row % 7 === 0 ? null : ["", "é", "😀", "\ufeffmark", "plain"][row % 5],
    ok: row > 300 ? null : row % 2 === 0,
  }));
  return tableFromRows(rows, { columns });
}

describe("a small Parquet file", () => {
  test("gives the same table without WebAssembly, for any schema and any values", async () => {
    await fc.assert(
      fc.asyncProperty(tableContent, async ({ schema, rows }) => {
        const bytes = await encodeParquet(tableFromRows(rows, schema), {
          schema,
          metadata: { made: "by a test" },
        });
        const table = small(bytes);
        expect(table && seen(table)).toEqual(seen(byWasm(bytes)));
      }),
      { numRuns: 60 },
    );
  });

  const none = (properties: Properties): Properties =>
    properties.setCompression(wasm.Compression.UNCOMPRESSED);
  test.each<readonly [string, (properties: Properties) => Properties]>([
    ["without compression", none],
    ["in groups of 64 rows", (properties) => none(properties).setMaxRowGroupSize(64)],
    [
      "in pages of a few rows",
      (properties) => none(properties).setDataPageSizeLimit(128).setWriteBatchSize(16),
    ],
    [
      "of Zstandard in pages and groups",
      (properties) =>
        properties
          .setCompression(wasm.Compression.ZSTD)
          .setMaxRowGroupSize(100)
          .setDataPageSizeLimit(200)
          .setWriteBatchSize(20),
    ],
  ])("gives the same table %s", async (_, set) => {
    const bytes = written(longTable(500), set);
    const table = small(bytes);
    expect(table && seen(table)).toEqual(seen(byWasm(bytes)));
  });

  test("has NULL where a writer put NaN", async () => {
    const field = new Field("x", new Float64(), true);
    const [data] = vectorFromArray([1, Number.NaN, -0], new Float64()).data;
    const batch = new RecordBatch(
      new Schema([field]),
      makeData({ type: new Struct([field]), length: 3, nullCount: 0, children: data ? [data] : [] }),
    );
    const bytes = written(new Table(batch), none);
    const table = small(bytes);
    expect(table && seen(table)).toEqual(seen(byWasm(bytes)));
    expect(table && [...rowsOf(table)]).toEqual([{ x: 1 }, { x: null }, { x: -0 }]);
  });

  test.each<readonly [string, () => Uint8Array]>([
    ["dictionaries", () => written(longTable(50), (properties) => properties.setDictionaryEnabled(true))],
    [
      "Snappy",
      () => written(longTable(50), (properties) => properties.setCompression(wasm.Compression.SNAPPY)),
    ],
    ["pages of version 2", () => written(longTable(50), (properties) => properties.setWriterVersion(1))],
    ["NaN where no NULL may be", () => written(tableFromArrays({ x: Float64Array.of(Number.NaN) }), none)],
    ["unsigned integers", () => written(tableFromArrays({ x: Uint32Array.of(1) }), none)],
    ["short integers", () => written(tableFromArrays({ x: Int16Array.of(1) }), none)],
    [
      "metadata of a program",
      () => written(longTable(50), (it) => it.setKeyValueMetadata(new Map([["a", "b"]]))),
    ],
    ["more than 64 KiB", () => written(longTable(20_000), none)],
  ])("is left to the WebAssembly with %s", async (_, write) => {
    const bytes = write();
    expect(small(bytes)).toBeUndefined();
    expect(byWasm(bytes).numRows).toBeGreaterThan(0);
  });

  test("is left to it with more cells than asked for", async () => {
    const bytes = await encodeParquet(longTable(10));
    expect(bytes.length).toBeLessThan(SMALL_FILE_BYTES);
    expect(small(bytes, 49)).toBeUndefined();
    expect(small(bytes, 50)?.numRows).toBe(10);
  });

  test("that is damaged gives what the WebAssembly gives, or what it held if that refuses a note", () => {
    const whole = longTable(40);
    const bytes = written(whole, (properties) => none(properties).setMaxRowGroupSize(30));
    const random = fc.sample(fc.record({ at: fc.nat(bytes.length - 13), bit: fc.nat(7) }), {
      numRuns: 800,
      seed: 7,
    });
    const counts = { left: 0, alike: 0, refused: 0 };
    for (const { at, bit } of random) {
      const broken = bytes.slice();
      broken[at + 4] = (broken[at + 4] ?? 0) ^ (1 << bit);
      const table = smallOrUndefined(broken);
      if (table === undefined) {
        counts.left++;
        continue;
      }
      const theirs = wasmOrUndefined(broken);
      expect([...rowsOf(table)]).toEqual([...rowsOf(theirs ?? whole)]);
      counts[theirs === undefined ? "refused" : "alike"]++;
    }
    expect(Math.min(counts.left, counts.alike, counts.refused)).toBeGreaterThan(20);
  });

  test("is read so only where its bytes were verified", async () => {
    const bytes = await encodeParquet(longTable(10));
    // The list of the encodings of a chunk, which only the WebAssembly looks at.
    const at = bytes.findIndex(
      (_, index) =>
        smallOrUndefined(flipped(bytes, index)) !== undefined &&
        wasmOrUndefined(flipped(bytes, index)) === undefined,
    );
    const note = flipped(bytes, at);
    expect((await decodeParquet(note, { isVerified: true })).numRows).toBe(10);
    await expect(decodeParquet(note)).rejects.toMatchObject({ code: "invalid_file" });
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const broken = bytes.slice();
  broken[at] = (broken[at] ?? 0) ^ 1;
  return broken;
}

function smallOrUndefined(bytes: Uint8Array): Table | undefined {
  try {
    return small(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return undefined;
  }
}

function wasmOrUndefined(bytes: Uint8Array): Table | undefined {
  try {
    return byWasm(bytes);
  } catch {
    return undefined;
  }
}
