import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createNdArray,
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type TableSchema,
  tableFromRows,
  type ZarrDataset,
} from "../../src/index.ts";
import { nodeRuntime } from "../../src/node/runtime/node-runtime.ts";
import { decodeParquet, encodeParquet } from "../../src/table/index.ts";

/**
 * Damaged chunks and Parquet files, through a dataset: once as its log keeps it, where the hash is
 * compared before anything is parsed, and once as the Python system wrote it, where there is no hash. The codecs one by one
 * are in `test/array/damaged-chunk.test.ts`, Parquet's own frame in `test/table/parquet/parquet.test.ts`.
 */

const columns = [
  { name: "image_id", type: "utf8" },
  { name: "row", type: "int64" },
  { name: "speed", type: "float64" },
] satisfies TableSchema["columns"];

const rows = Array.from({ length: 400 }, (_, row) => ({ image_id: "a", row, speed: row / 3 }));
const pixels = createNdArray("uint16", [64, 8], new Uint16Array(512).fill(7));

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Each way in which good bytes get damaged. */
const damages: readonly (readonly [string, (good: Uint8Array) => Uint8Array<ArrayBuffer>])[] = [
  ["empty", () => new Uint8Array()],
  ["short by one", (good) => new Uint8Array(good.subarray(0, -1))],
  ["cut to an odd half", (good) => new Uint8Array(good.subarray(0, (good.length >> 1) | 1))],
  ["long by one", (good) => new Uint8Array([...good, 0])],
  [
    "with a flipped bit",
    (good) => new Uint8Array(good.map((byte, at) => (at === good.length >> 1 ? byte ^ 4 : byte))),
  ],
];

async function put(store: KeyValueStore, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await store.put(parseStoreKey(key), bytes);
}

describe("in a dataset with a log", () => {
  let store: KeyValueStore;
  let dataset: ZarrDataset;
  beforeEach(async () => {
    store = memoryStore();
    dataset = await openDataset(store);
    const record = await dataset.addImage(pixels, { id: "a", chunks: [32, 8] });
    await record.saveParquet("events", rows, { schema: { columns } });
    await dataset.saveTable("kym_events", rows, { schema: { columns } });
  });
  afterEach(() => dataset[Symbol.asyncDispose]());

  async function chunkKeys(): Promise<readonly string[]> {
    const keys = [...(await dataset.record("a").objectHashes()).keys()];
    return keys.filter((key) => key.startsWith("data/c/")).map((key) => `images/a/${key}`);
  }

  async function damage(key: string, how: (good: Uint8Array) => Uint8Array<ArrayBuffer>): Promise<void> {
    const good = await store.get(parseStoreKey(key));
    if (good === undefined) {
      throw new Error(`${key} is not there`);
    }
    await put(store, key, how(good));
  }

  it.each(damages)("a chunk %s is integrity, named, and found by check", async (_, how) => {
    const [key = ""] = await chunkKeys();
    await damage(key, how);
    const reader = await openDataset(store, { mode: "r" });
    const error = { code: "integrity", details: { path: key } };
    await expect(reader.record("a").loadArray()).rejects.toMatchObject(error);
    const report = await reader.check({ level: "data" });
    expect(report.problems).toMatchObject([error.details]);
  });

  it("a chunk that is gone is integrity, and never the fill value", async () => {
    const keys = await chunkKeys();
    await store.remove(parseStoreKey(keys[1] ?? ""));
    const reader = await openDataset(store, { mode: "r" });
    await expect(reader.record("a").loadArray()).rejects.toMatchObject({
      code: "integrity",
      details: { path: keys[1] },
    });
    expect(
      (
        await reader.record("a").loadRegion([
          { start: 0, stop: 32 },
          { start: 0, stop: 8 },
        ])
      ).data[0],
    ).toBe(7);
  });

  it.each(damages)(
    "a table and an artifact %s are told by their hash, before they are parsed",
    async (_, how) => {
      await damage("tables/kym_events.parquet", how);
      await damage("images/a/analysis/events.parquet", how);
      const reader = await openDataset(store, { mode: "r" });
      const code = /^(integrity|modified_outside)$/;
      await expect(reader.loadTable("kym_events")).rejects.toMatchObject({
        code: expect.stringMatching(code),
        details: { path: "tables/kym_events.parquet", expected: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      await expect(reader.record("a").loadParquet("events")).rejects.toMatchObject({
        code: expect.stringMatching(code),
        details: { path: "images/a/analysis/events.parquet" },
      });
    },
  );

  it("rows whose column has another type than the pooled table's are refused, and the column is named", async () => {
    const drifted = { columns: columns.with(1, { name: "row", type: "utf8" }) };
    await expect(
      dataset.replaceRowsForImageId("kym_events", "a", [{ image_id: "a", row: "one", speed: 1 }], {
        schema: drifted,
      }),
    ).rejects.toMatchObject({ code: "schema_mismatch", message: expect.stringContaining("column row") });
    expect((await dataset.loadTable("kym_events")).numRows).toBe(rows.length);
  });
});

describe("in a dataset of the Python system", () => {
  let store: KeyValueStore;
  beforeEach(async () => {
    store = memoryStore();
    await put(store, ".zgroup", utf8('{"zarr_format": 2}'));
    await put(store, ".zattrs", utf8('{"format": "kymflow_zarr_v1", "schema_version": 1}'));
    await put(store, "images/a/.zgroup", utf8('{"zarr_format": 2}'));
  });

  async function imageOf(compressor: object | null, chunk: Uint8Array<ArrayBuffer>): Promise<unknown> {
    const array = {
      zarr_format: 2,
      shape: [4, 2],
      chunks: [4, 2],
      dtype: "<u2",
      compressor,
      fill_value: 0,
      filters: null,
      order: "C",
    };
    await put(store, "images/a/data/.zarray", utf8(JSON.stringify(array)));
    await put(store, "images/a/data/0.0", chunk);
    const dataset = await openDataset(store, { mode: "r", runtime: nodeRuntime() });
    return dataset.record("a").loadArray();
  }

  const good = new Uint8Array(16).fill(1);
  const gzip = { id: "gzip", level: 1 };
  const zstd = { id: "zstd", level: 1 };
  const bomb = new Uint8Array(64 << 20);

  it.each([
    ["empty", null, new Uint8Array()],
    ["short", null, good.subarray(0, 14)],
    ["of an odd length", null, good.subarray(0, 15)],
    ["long", null, new Uint8Array(18)],
    ["gzip and cut", gzip, new Uint8Array(gzipSync(good).subarray(0, -5))],
    [
      "gzip with a wrong checksum",
      gzip,
      new Uint8Array(gzipSync(good).map((byte, at, all) => (at === all.length - 8 ? byte ^ 1 : byte))),
    ],
    ["gzip of 64 MiB where 16 bytes are expected", gzip, new Uint8Array(gzipSync(bomb))],
    ["zstd of 64 MiB where 16 bytes are expected", zstd, new Uint8Array(zstdCompressSync(bomb))],
    ["no zstd at all", zstd, good],
  ])("a chunk %s is integrity and named", async (_, compressor, chunk) => {
    await expect(imageOf(compressor, new Uint8Array(chunk))).rejects.toMatchObject({
      code: "integrity",
      details: { path: expect.stringContaining("images/a/data/0.0") },
    });
  });

  it("the same chunks, undamaged, are read", async () => {
    for (const [compressor, chunk] of [
      [null, good],
      [gzip, gzipSync(good)],
      [zstd, zstdCompressSync(good)],
    ] as const) {
      expect(await imageOf(compressor, new Uint8Array(chunk))).toMatchObject({
        shape: [4, 2],
        data: new Uint16Array(8).fill(257),
      });
    }
  });

  it.each(damages.slice(0, 4))("a table %s is invalid_file, and the others are read", async (_, how) => {
    const bytes = await encodeParquet(tableFromRows(rows, { columns: columns }));
    await put(store, "tables/bad.parquet", how(bytes));
    await put(store, "tables/good.parquet", bytes);
    const dataset = await openDataset(store, { mode: "r" });
    await expect(dataset.loadTable("bad")).rejects.toMatchObject({
      code: "invalid_file",
      details: { path: "tables/bad.parquet" },
    });
    expect((await dataset.loadTable("good")).numRows).toBe(rows.length);
  });
});

/** At the default of 2^26 cells in `stored-bytes.soak.ts`. */
describe("a Parquet file that unpacks to more than it may", () => {
  const table = tableFromRows(rows, { columns });

  it("is refused, however small it is, at the first row too many", async () => {
    const bytes = await encodeParquet(table);
    await expect(decodeParquet(bytes, { where: "bomb", maxCells: 1199 })).rejects.toMatchObject({
      code: "invalid_file",
      details: { path: "bomb", expected: "at most 1199 cells", found: "more than 399 rows of 3" },
    });
    expect((await decodeParquet(bytes, { maxCells: 1200 })).numRows).toBe(400);
  });

  it("is not written either, so that what was written can be read", async () => {
    await expect(encodeParquet(table, { where: "large", maxCells: 1199 })).rejects.toMatchObject({
      code: "invalid_argument",
      details: { path: "large", expected: "at most 1199 cells", found: 1200 },
    });
    expect((await decodeParquet(await encodeParquet(table, { maxCells: 1200 }))).numRows).toBe(400);
  });
});
