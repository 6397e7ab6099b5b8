import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  isZarrStoreError,
  type KeyValueStore,
  memoryStore,
  type NdArray,
  openDataset,
  parseStoreKey,
  rowsOf,
  type SourceRow,
  type StoreEntry,
  type TableSchema,
  type ZarrDataset,
} from "../../src/index.ts";
import { openLocalDataset } from "../../src/node/index.ts";
import { interceptStore } from "../../src/testing/index.ts";

const PLANE: NdArray<"uint16"> = {
  dtype: "uint16",
  shape: [3, 4],
  data: new Uint16Array([0, 1, 2, 3, 10, 11, 12, 13, 65535, 21, 22, 23]),
};

const ROWS: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64" },
    { name: "n", type: "int64" },
  ],
};

const source = (path: string, imageId: string, sha256 = "a".repeat(64)): SourceRow => ({
  source_primary_path: path,
  image_id: imageId,
  source_mtime_ns: 1_753_190_060_091_123_457n,
  source_size_bytes: 600_344n,
  ingested_epoch_ns: 1_771_700_000_123_456_789n,
  source_sha256: sha256,
  source_rel_path: path.slice(1),
});

/** Every file of a store with its bytes, so that "nothing changed" can be said exactly. */
async function snapshot(store: KeyValueStore, prefix = ""): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const entries: readonly StoreEntry[] = await store.list(prefix === "" ? "" : parseStoreKey(prefix));
  for (const { name, kind } of entries) {
    const key = prefix === "" ? name : `${prefix}/${name}`;
    if (kind === "directory") {
      for (const [path, bytes] of await snapshot(store, key)) {
        files.set(path, bytes);
      }
    } else {
      files.set(key, String(await store.get(parseStoreKey(key))));
    }
  }
  return files;
}

describe("opening", () => {
  it("opening a dataset writes nothing in any mode", async () => {
    const store = memoryStore();
    await openDataset(store);
    await expect(openDataset(store, { mode: "r" })).rejects.toMatchObject({ code: "not_found" });
    expect(await snapshot(store)).toEqual(new Map());
  });

  it("opening a dataset takes the first commit of another, made while it looks, for no files of somebody else", async () => {
    const store = memoryStore();
    const overtaken: KeyValueStore = {
      ...interceptStore(store, (_call, run) => run()),
      list: async (prefix, options) => {
        await (await openDataset(store)).addImage(PLANE, { id: "one" });
        return store.list(prefix, options);
      },
    };
    const dataset = await openDataset(overtaken);
    expect(await dataset.listImageIds()).toEqual(["one"]);
  });

  it("opening a dataset refuses every write in mode r before a byte is written", async () => {
    const store = memoryStore();
    const record = await (await openDataset(store)).addImage(PLANE, { id: "one" });
    await record.saveJson("qc", { passed: true });
    const before = await snapshot(store);
    const dataset = await openDataset(store, { mode: "r" });
    const one = dataset.record("one");
    const writes: readonly (() => Promise<unknown>)[] = [
      () => dataset.addImage(PLANE),
      () => dataset.deleteImage("one"),
      () => dataset.saveTable("t", [], { schema: ROWS }),
      () => dataset.deleteTable("t"),
      () => dataset.replaceRowsForImageId("t", "one", [{ image_id: "one" }], { schema: ROWS }),
      () => dataset.saveSourcesIndex([]),
      () => dataset.appendSources([source("/a.tif", "one")]),
      () => dataset.updateManifest(),
      () => dataset.transaction(async () => undefined),
      () => one.saveJson("qc", {}),
      () => one.saveParquet("p", [], { schema: ROWS }),
      () => one.saveCsvGz("p", [], { schema: ROWS }),
      () => one.saveArrayArtifact("a", PLANE),
      () => one.saveAttachment("a.txt", new Uint8Array(1)),
      () => one.updateAttributes({ a: 1 }),
      () => one.deleteAnalysis(),
      () => one.attachments.delete("a.txt"),
    ];
    for (const write of writes) {
      await expect(write()).rejects.toMatchObject({ code: "read_only" });
    }
    expect(await snapshot(store)).toEqual(before);
  });

  it("opening a dataset begins anew in mode w only with overwrite, and only with its first commit", async () => {
    const store = memoryStore();
    await (await openDataset(store)).addImage(PLANE, { id: "old" });
    await expect(openDataset(store, { mode: "w" })).rejects.toMatchObject({ code: "already_exists" });
    const dataset = await openDataset(store, { mode: "w", overwrite: true });
    expect(await (await openDataset(store, { mode: "r" })).listImageIds()).toEqual(["old"]);
    await dataset.addImage(PLANE, { id: "new" });
    expect(await dataset.listImageIds()).toEqual(["new"]);
    expect(await (await openDataset(store, { mode: "r" })).listImageIds()).toEqual(["new"]);
    expect((await snapshot(store)).has("images/old/zarr.json")).toBe(false);
  });

  describe("in a folder", () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "kym-store-"));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it("opening a folder that holds other files does not touch it", async () => {
      await writeFile(join(folder, "thesis.docx"), "years of work");
      for (const mode of ["a", "w"] as const) {
        await expect(openLocalDataset(folder, { mode, overwrite: true })).rejects.toMatchObject({
          code: "already_exists",
        });
      }
    });

    it("opening a folder that is a file is an error that says so", async () => {
      await writeFile(join(folder, "file"), "x");
      await expect(openLocalDataset(join(folder, "file"))).rejects.toThrow(/is a file/);
      await expect(openLocalDataset(join(folder, "file"), { mode: "r" })).rejects.toMatchObject({
        code: "not_found",
      });
    });

    it("a folder holds for the next process what was written", async () => {
      const path = join(folder, "study.zarr");
      {
        await using dataset = await openLocalDataset(path);
        await (await dataset.addImage(PLANE, { id: "one", axes: ["t", "x"] })).saveJson("a/b", {
          n: 2n ** 60n,
        });
      }
      await using dataset = await openLocalDataset(path, { mode: "r" });
      const record = dataset.record("one");
      expect(await record.loadArray({ dtype: "uint16" })).toEqual(PLANE);
      expect(await record.loadJson("a/b")).toEqual({ n: 2n ** 60n });
      expect(await record.getAxes()).toEqual(["t", "x"]);
    });
  });
});

describe("image records", () => {
  let store: KeyValueStore;
  let dataset: ZarrDataset;
  beforeEach(async () => {
    store = memoryStore();
    dataset = await openDataset(store);
  });

  it.each([1, 6])("images of rank %i are refused before anything is written", async (rank) => {
    const shape = Array.from({ length: rank }, () => 1);
    const array: NdArray = { dtype: "uint8", shape, data: new Uint8Array(1) };
    await expect(dataset.addImage(array)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await snapshot(store)).toEqual(new Map());
  });

  it.each(["", "a/b", "../x", "a b", "é", "x.json", "__x", "con", "a".repeat(129), "a\nb"])(
    "images cannot have the id %j",
    async (id) => {
      await expect(dataset.addImage(PLANE, { id })).rejects.toMatchObject({ code: "invalid_name" });
      expect(() => dataset.record(id)).toThrow(expect.objectContaining({ code: "invalid_name" }));
      expect(await snapshot(store)).toEqual(new Map());
    },
  );

  it("images read as they are written have the objects of those in memory, from one block that is used again", async () => {
    const shape = [2, 5, 3];
    const data = Uint16Array.from({ length: 30 }, (_, index) => index * 7);
    const block = new Uint16Array(6);
    const asked: (readonly [number, number])[] = [];
    const readRows = (start: number, stop: number): Uint16Array<ArrayBuffer> => {
      asked.push([start, stop]);
      block.set(data.subarray(start * 3, stop * 3));
      return block.subarray(0, (stop - start) * 3);
    };
    const dataset = await openDataset(memoryStore());
    const options = { chunks: [1, 2, 3], compression: "none" } as const;
    const whole = await dataset.addImage({ dtype: "uint16", shape, data }, { ...options, id: "whole" });
    const rows = await dataset.addImage({ dtype: "uint16", shape, readRows }, { ...options, id: "rows" });
    expect(await rows.loadArray()).toEqual({ dtype: "uint16", shape, data });
    const chunksOf = async (record: typeof rows): Promise<readonly unknown[]> =>
      [...(await record.objectHashes())].filter(([path]) => path.startsWith("data/"));
    expect(await chunksOf(rows)).toEqual(await chunksOf(whole));
    expect(asked).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
      [5, 7],
      [7, 9],
      [9, 10],
    ]);
  });

  it("images encoded before, several at once, have the same objects, and nothing is stored until they are added", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    const options = { axes: ["line", "place"], chunks: [2, 4] } as const;
    const [encoded] = await Promise.all([dataset.encodeImage(PLANE, options), dataset.encodeImage(PLANE)]);
    expect(await snapshot(store)).toEqual(new Map());
    const whole = await dataset.addImage(PLANE, { ...options, id: "whole" });
    const before = await dataset.addImage(encoded, { id: "encoded" });
    const hashesOf = async (record: typeof before): Promise<readonly unknown[]> =>
      [...(await record.objectHashes())].filter(([path]) => path.startsWith("data/"));
    expect(await hashesOf(before)).toEqual(await hashesOf(whole));
    expect(await before.loadArray()).toEqual(PLANE);
    expect(await before.getAxes()).toEqual(["line", "place"]);
    await expect(dataset.encodeImage(PLANE, { axes: ["t"] })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it("images that cannot be read to their end are not there", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    const readRows = (start: number): Uint16Array<ArrayBuffer> => {
      if (start > 0) {
        throw new Error("the file went away");
      }
      return new Uint16Array(4);
    };
    const image = { dtype: "uint16", shape: [3, 4], readRows } as const;
    await expect(dataset.addImage(image, { chunks: [1, 4] })).rejects.toThrow("the file went away");
    expect([dataset.version, await snapshot(store)]).toEqual([0, new Map()]);
  });

  it("images are never replaced", async () => {
    await dataset.addImage(PLANE, { id: "one" });
    await expect(dataset.addImage(PLANE, { id: "one" })).rejects.toMatchObject({ code: "already_exists" });
  });

  it("images get the default axes of their rank and the bounds of their plane", async () => {
    const stack: NdArray = { dtype: "float32", shape: [5, 2, 3], data: new Float32Array(30) };
    const record = await dataset.addImage(stack);
    expect(await record.getAxes()).toEqual(["z", "y", "x"]);
    expect(await record.getImageBounds()).toEqual({ width: 3, height: 2, numSlices: 5 });
    expect(
      (await record.loadRegion([{ start: 1, stop: 2 }, undefined, { start: 0, stop: 1 }])).shape,
    ).toEqual([1, 2, 1]);
  });

  it("images have channels from 1 behind the pixel store", async () => {
    const array: NdArray = { dtype: "uint8", shape: [2, 1, 2], data: new Uint8Array([1, 2, 3, 4]) };
    const pixels = (await dataset.addImage(array, { axes: ["c", "t", "x"] })).asPixelStore();
    expect(await pixels.loadChannel(2)).toEqual({
      dtype: "uint8",
      shape: [1, 2],
      data: new Uint8Array([3, 4]),
    });
    await expect(pixels.loadChannel(0)).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(pixels.loadChannel(3)).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("images are gone whole when they are deleted, and may come again", async () => {
    const record = await dataset.addImage(PLANE, { id: "one" });
    await record.saveJson("velocity/params", {});
    await record.saveArrayArtifact("nested/mask", PLANE);
    expect(await dataset.deleteImage("one")).toBe(true);
    expect(await dataset.deleteImage("one")).toBe(false);
    expect(await dataset.listImageIds()).toEqual([]);
    expect([...(await snapshot(store)).keys()].filter((path) => path.startsWith("images/one"))).toEqual([]);
    await dataset.addImage(PLANE, { id: "one" });
    expect(await dataset.record("one").listArrayArtifacts()).toEqual([]);
  });

  it("images that do not exist are not made by reading or by writing an artifact", async () => {
    const ghost = dataset.record("ghost");
    expect(await ghost.exists()).toBe(false);
    expect(await ghost.getAxes()).toBeUndefined();
    await expect(ghost.attributes()).rejects.toMatchObject({ code: "not_found" });
    await expect(ghost.loadArray()).rejects.toMatchObject({ code: "not_found" });
    await expect(ghost.saveJson("qc", {})).rejects.toMatchObject({ code: "not_found" });
    expect(await dataset.listImageIds()).toEqual([]);
  });

  it("images come in the order that is asked for, missing values last or first", async () => {
    for (const [id, ns] of [
      ["c", 5n],
      ["a", 2n ** 61n],
      ["b", 5n],
      ["d", undefined],
    ] as const) {
      await dataset.addImage(PLANE, { id, summary: ns === undefined ? {} : { ns } });
    }
    const order = async (options: Parameters<ZarrDataset["iterRecords"]>[0]): Promise<string[]> =>
      (await Array.fromAsync(dataset.iterRecords(options))).map(({ id }) => id);
    expect(await order({})).toEqual(["a", "b", "c", "d"]);
    expect(await order({ orderBy: "ns" })).toEqual(["b", "c", "a", "d"]);
    expect(await order({ orderBy: "ns", missing: "first" })).toEqual(["d", "b", "c", "a"]);
    await dataset.deleteImage("b");
    expect(await order({ orderBy: "created_utc" })).toEqual(["a", "c", "d"]);
  });
});

describe("named artifacts", () => {
  let dataset: ZarrDataset;
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
    await dataset.addImage(PLANE, { id: "one" });
  });

  it("artifacts of every kind come back under nested names", async () => {
    const record = dataset.record("one");
    expect(await record.saveJson("velocity_events/params", { b: 1, a: [1.5, null] })).toBe(
      "images/one/analysis/velocity_events/params.json",
    );
    const rows = [
      { image_id: "one", v: 0.1, n: 2n ** 62n },
      { image_id: "one", v: null, n: null },
    ];
    await record.saveParquet("velocity_events/events", rows, { schema: ROWS });
    await record.saveCsvGz("old/events", rows, { schema: ROWS });
    await record.saveArrayArtifact("masks/deep/7", {
      dtype: "bool",
      shape: [2, 2],
      data: new Uint8Array([1, 0, 0, 1]),
    });
    await record.saveAttachment("notes.txt", new TextEncoder().encode("µ"));
    expect(JSON.stringify(await record.loadJson("velocity_events/params"))).toBe('{"b":1,"a":[1.5,null]}');
    expect([...rowsOf(await record.loadParquet("velocity_events/events"))]).toEqual(rows);
    expect([...rowsOf(await record.loadCsvGz("old/events", { schema: ROWS }))]).toEqual(rows);
    expect((await record.loadArrayArtifact("masks/deep/7")).data).toEqual(new Uint8Array([1, 0, 0, 1]));
    expect(await record.json.list()).toEqual(["velocity_events/params"]);
    expect(await record.tables.list({ format: "parquet" })).toEqual(["velocity_events/events"]);
    expect(await record.tables.list({ format: "csv.gz" })).toEqual(["old/events"]);
    expect(await record.tables.list()).toEqual(["old/events", "velocity_events/events"]);
    expect(await record.listArrayArtifacts()).toEqual(["masks/deep/7"]);
    expect(await record.listAttachments()).toEqual(["notes.txt"]);
    expect(await record.deleteAnalysis({ suffixes: [".json"] })).toBe(1);
    expect(await record.listAnalysisKeys()).toEqual([
      "images/one/analysis/old/events.csv.gz",
      "images/one/analysis/velocity_events/events.parquet",
    ]);
  });

  it("artifacts that are missing are not_found", async () => {
    const record = dataset.record("one");
    for (const load of [
      () => record.loadJson("no"),
      () => record.loadParquet("no"),
      () => record.loadCsvGz("no"),
      () => record.loadArrayArtifact("no"),
      () => record.loadAttachment("no"),
      () => record.loadMetadataPayload(),
      () => dataset.loadTable("no"),
    ]) {
      await expect(load()).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it.each([
    "",
    "a//b",
    "../a",
    "a/../b",
    "data",
    "a/data",
    "x.json/y",
    "__a",
    "a/__b",
    "a b",
    "a.",
    "nul/x",
    "a\\b",
  ])("artifacts cannot have the name %j", async (name) => {
    const record = dataset.record("one");
    const before = dataset.version;
    await expect(record.saveJson(name, {})).rejects.toMatchObject({ code: "invalid_name" });
    await expect(record.saveArrayArtifact(name, PLANE)).rejects.toMatchObject({ code: "invalid_name" });
    expect(dataset.version).toBe(before);
  });

  it("artifacts refuse what JSON does not have, with its path, and commit nothing", async () => {
    const before = dataset.version;
    await expect(dataset.record("one").saveJson("qc", { a: [1, Number.NaN] })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("$.a[1]"),
    });
    expect(dataset.version).toBe(before);
  });

  it("artifacts with the same bytes commit nothing", async () => {
    const record = dataset.record("one");
    await record.saveJson("qc", { passed: true });
    const before = dataset.version;
    await record.saveJson("qc", { passed: true });
    expect(dataset.version).toBe(before);
  });

  it("artifacts that change metadata renew the summary", async () => {
    const store = memoryStore();
    const summarized = await openDataset(store, { summarize: (text) => ({ length: text.length }) });
    const record = await summarized.addImage(PLANE, { id: "one", summary: { kept: true } });
    await record.saveMetadataPayload({ a: 1 });
    expect((await summarized.rebuildManifest()).images[0]?.summary).toEqual({
      kept: true,
      length: '{\n  "a": 1\n}'.length,
    });
  });
});

describe("pooled tables", () => {
  let dataset: ZarrDataset;
  beforeEach(async () => {
    dataset = await openDataset(memoryStore());
  });
  const rows = async (name: string): Promise<unknown[]> => [...rowsOf(await dataset.loadTable(name))];

  it("tables replace the rows of some images and keep the others, sorted by image", async () => {
    const of = (id: string, ...values: number[]) => values.map((v) => ({ image_id: id, v, n: null }));
    await dataset.replaceRowsForImageIds(
      "t",
      new Map([
        ["b", of("b", 2, 1)],
        ["a", of("a", 3)],
      ]),
      { schema: ROWS },
    );
    expect(await rows("t")).toEqual([...of("a", 3), ...of("b", 2, 1)]);
    await dataset.replaceRowsForImageId("t", "b", of("b", 9), { schema: ROWS });
    expect(await rows("t")).toEqual([...of("a", 3), ...of("b", 9)]);
    await dataset.replaceRowsForImageId("t", "b", [], { schema: ROWS });
    expect(await rows("t")).toEqual(of("a", 3));
    await dataset.replaceRowsForImageId("t", "a", []);
    expect(await rows("t")).toEqual([]);
    expect((await dataset.loadTable("t")).schema.fields.map(({ name }) => name)).toEqual([
      "image_id",
      "v",
      "n",
    ]);
    expect(await dataset.listTableNames()).toEqual(["t"]);
  });

  it("tables refuse a row of another image, a missing column and another schema", async () => {
    await dataset.saveTable("t", [{ image_id: "a", v: 1, n: 1n }], { schema: ROWS });
    await expect(
      dataset.replaceRowsForImageId("t", "a", [{ image_id: "b", v: 1 }], { schema: ROWS }),
    ).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(
      dataset.replaceRowsForImageId("t", "a", [{ v: 1 }], {
        schema: { columns: [{ name: "v", type: "float64" }] },
      }),
    ).rejects.toMatchObject({ code: "invalid_argument" });
    const drifted: TableSchema = {
      columns: [
        { name: "image_id", type: "utf8" },
        { name: "v", type: "utf8" },
      ],
    };
    await expect(
      dataset.replaceRowsForImageId("t", "a", [{ image_id: "a", v: "x" }], { schema: drifted }),
    ).rejects.toMatchObject({ code: "schema_mismatch" });
    expect(await rows("t")).toEqual([{ image_id: "a", v: 1, n: 1n }]);
  });

  it("tables of two writers that change one table add up", async () => {
    const store = memoryStore();
    const one = await openDataset(store);
    const two = await openDataset(store);
    const add = (into: ZarrDataset, id: string) =>
      into.replaceRowsForImageId("t", id, [{ image_id: id, v: 1, n: 1n }], { schema: ROWS });
    await Promise.all([
      ...["a", "b", "c"].map((id) => add(one, id)),
      ...["x", "y", "z"].map((id) => add(two, id)),
    ]);
    const reader = await openDataset(store, { mode: "r" });
    expect([...rowsOf(await reader.loadTable("t"))].map((row) => row["image_id"])).toEqual([
      "a",
      "b",
      "c",
      "x",
      "y",
      "z",
    ]);
  });

  it("sources name the first missing column, coerce digits, and keep nanoseconds", async () => {
    await expect(dataset.saveSourcesIndex([{ source_primary_path: "/a" }])).rejects.toMatchObject({
      code: "schema_mismatch",
      message: expect.stringContaining("image_id"),
    });
    const row = { ...source("/a.tif", "a"), source_size_bytes: "600344", ingested_epoch_ns: 5 };
    await dataset.saveSourcesIndex([row]);
    expect(await dataset.loadSourcesIndex()).toEqual([{ ...source("/a.tif", "a"), ingested_epoch_ns: 5n }]);
  });

  it("sources drop the image of a file that another writer took in meanwhile", async () => {
    const store = memoryStore();
    const one = await openDataset(store);
    const two = await openDataset(store);
    let release = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = two.transaction(async (transaction) => {
      await transaction.addImage(PLANE, { id: "slow" });
      await transaction.addImage(PLANE, { id: "other" });
      await transaction.appendSources([source("/a.tif", "slow"), source("/b.tif", "other", "b".repeat(64))]);
      await waiting;
    });
    await one.transaction(async (transaction) => {
      await transaction.addImage(PLANE, { id: "fast" });
      await transaction.appendSources([source("/a.tif", "fast")]);
    });
    release();
    expect((await slow).droppedImageIds).toEqual(["slow"]);
    expect(await two.listImageIds()).toEqual(["fast", "other"]);
    expect((await two.loadSourcesIndex()).map((row) => row.image_id)).toEqual(["fast", "other"]);
  });
});

describe("commits", () => {
  it("transactions are all or nothing", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    await dataset.addImage(PLANE, { id: "before" });
    const files = await snapshot(store);
    await expect(
      dataset.transaction(async (transaction) => {
        const record = await transaction.addImage(PLANE, { id: "new" });
        await record.saveJson("qc", {});
        expect(await transaction.listImageIds()).toEqual(["before", "new"]);
        await transaction.deleteImage("before");
        throw new Error("changed my mind");
      }),
    ).rejects.toThrow("changed my mind");
    expect(await snapshot(store)).toEqual(files);
    expect(await dataset.listImageIds()).toEqual(["before"]);
  });

  it("transactions see their own changes, others see none before the commit", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    const reader = await openDataset(store);
    const commit = await dataset.transaction(
      async (transaction) => {
        const record = await transaction.addImage(PLANE, { id: "one" });
        await record.saveJson("qc", { n: 1 });
        expect(await record.loadJson("qc")).toEqual({ n: 1 });
        expect((await record.loadArray()).data).toEqual(PLANE.data);
        expect(await reader.listImageIds()).toEqual([]);
      },
      { message: "one image" },
    );
    expect(commit).toMatchObject({ version: 1, committed: true, published: true });
    expect(await reader.listImageIds()).toEqual(["one"]);
    const [logged] = await Array.fromAsync(dataset.log());
    expect(logged).toMatchObject({ version: 1, message: "one image" });
  });

  it("the log of later versions leaves out the others, and is empty after the newest", async () => {
    const dataset = await openDataset(memoryStore());
    for (const id of ["a", "b", "c"]) {
      await dataset.addImage(PLANE, { id });
    }
    const versions = async (after: number): Promise<readonly number[]> =>
      (await Array.fromAsync(dataset.log({ after }))).map(({ version }) => version);
    expect([await versions(0), await versions(2), await versions(3)]).toEqual([[1, 2, 3], [3], []]);
  });

  it("transactions run again when another writer changed what they read", async () => {
    const store = memoryStore();
    const one = await openDataset(store);
    const two = await openDataset(store);
    await (await one.addImage(PLANE, { id: "i" })).saveJson("counter", { n: 0 });
    const increment = (dataset: ZarrDataset) =>
      dataset.transaction(async (transaction) => {
        const counter = await transaction.record("i").loadJson("counter");
        const n =
          typeof counter === "object" && counter !== null && "n" in counter ? Number(counter.n) : Number.NaN;
        await transaction.record("i").saveJson("counter", { n: n + 1 });
      });
    await Promise.all(Array.from({ length: 10 }, (_, index) => increment(index % 2 === 0 ? one : two)));
    expect(await one.record("i").loadJson("counter")).toEqual({ n: 10 });
  });

  it("transactions end as aborted without a trace", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    const controller = new AbortController();
    const aborted = dataset.transaction(
      async (transaction) => {
        await transaction.addImage(PLANE);
        controller.abort();
      },
      { signal: controller.signal },
    );
    await expect(aborted).rejects.toSatisfy((error) => isZarrStoreError(error, "aborted"));
    expect(await snapshot(store)).toEqual(new Map());
  });
});

describe("manifest", () => {
  it("the manifest lists what exists, is stored on demand, and is rebuilt when it is damaged", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    const record = await dataset.addImage(PLANE, { id: "one", axes: ["t", "x"], summary: { n: 2n ** 60n } });
    await record.saveJson("a/b", {});
    await record.saveArrayArtifact("m/1", PLANE);
    expect(await dataset.loadManifest()).toBeUndefined();
    const manifest = await dataset.updateManifest();
    expect(manifest.images).toEqual([
      {
        imageId: "one",
        shape: [3, 4],
        dtype: "uint16",
        chunks: [3, 4],
        axes: ["t", "x"],
        createdUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        summary: { n: 2n ** 60n },
        analysisKeys: ["images/one/analysis/a/b.json"],
        arrayArtifacts: ["m/1"],
      },
    ]);
    expect(await (await openDataset(store)).loadManifest()).toEqual(manifest);
    await store.put(parseStoreKey("__commits/checkpoint"), new Uint8Array([31, 139, 1, 2, 3]));
    const reopened = await openDataset(store);
    expect(await reopened.loadManifest()).toBeUndefined();
    expect(await reopened.rebuildManifest()).toEqual(manifest);
  });

  it("the manifest with a checkpoint opens without reading the log or the images", async () => {
    const store = memoryStore();
    const dataset = await openDataset(store);
    for (let index = 0; index < 20; index++) {
      await dataset.addImage(PLANE, { id: `i${index}` });
    }
    await dataset.updateManifest();
    const reads: string[] = [];
    const counting = interceptStore(store, (call, run) => {
      reads.push(`${call.method} ${call.keys.join(" ")}`);
      return run();
    });
    const opened = await openDataset(counting, { mode: "r" });
    expect((await opened.rebuildManifest()).images).toHaveLength(20);
    expect(reads.filter((call) => call.includes(" images/"))).toEqual([]);
    expect(reads).toContain("get __commits/00000000000000000021.json");
    // The record of the checkpoint shows that the checkpoint is of this log; none before it is read.
    expect(reads).toContain("get __commits/00000000000000000020.json");
    expect(reads).not.toContain("get __commits/00000000000000000019.json");
  });
});
