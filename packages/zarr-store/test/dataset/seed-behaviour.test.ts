// What the storage must do that no other test shows.

import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type KeyValueStore,
  memoryStore,
  type NdArray,
  openDataset,
  parseStoreKey,
  rowsOf,
  SOURCES_COLUMNS,
  type TableSchema,
  type ZarrDataset,
} from "../../src/index.ts";

const PLANE: NdArray<"int16"> = {
  dtype: "int16",
  shape: [2, 3],
  data: new Int16Array([-3, 0, 1, 2, 3, 32767]),
};
const ROWS: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64" },
  ],
};

let store: KeyValueStore;
let dataset: ZarrDataset;
beforeEach(async () => {
  store = memoryStore();
  dataset = await openDataset(store);
  await dataset.addImage(PLANE, { id: "one" });
});

describe("artifacts", () => {
  it("ticket 5: JSON is stored as plain UTF-8 text under .json", async () => {
    const key = await dataset.record("one").saveJson("qc", { unit: "µm" });
    expect(key).toBe("images/one/analysis/qc.json");
    const bytes = await store.get(parseStoreKey(key));
    expect(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toBe('{\n  "unit": "µm"\n}');
  });

  it("ticket 5: of .json and .json.gz the first is read, and the second where it is alone", async () => {
    const old = memoryStore();
    const put = (path: string, value: string | Uint8Array): Promise<void> =>
      old.put(parseStoreKey(path), typeof value === "string" ? new TextEncoder().encode(value) : value);
    await put(".zgroup", '{"zarr_format": 2}');
    await put(".zattrs", '{"format": "kymflow_zarr_v1", "schema_version": 1}');
    await put("images/a/.zgroup", '{"zarr_format": 2}');
    await put("images/a/analysis/both.json", '"plain"');
    await put("images/a/analysis/both.json.gz", gzipSync('"gzipped"'));
    await put("images/a/analysis/old.json.gz", gzipSync('"gzipped"'));
    await put("images/a/analysis/corrupt.json.gz", new Uint8Array([31, 139, 8, 0, 1, 2]));
    const record = (await openDataset(old, { mode: "r" })).record("a");
    expect(await record.loadJson("both")).toBe("plain");
    expect(await record.loadJson("old")).toBe("gzipped");
    await expect(record.loadJson("corrupt")).rejects.toMatchObject({ code: "invalid_file" });
  });

  it("§10: what a suffix names is deleted and counted, and the csv.gz stays", async () => {
    const record = dataset.record("one");
    await record.saveJson("a", 1);
    await record.saveJson("b/c", 2);
    await record.saveCsvGz("t", [{ image_id: "one", v: 1 }], { schema: ROWS });
    expect(await record.deleteAnalysis({ suffixes: [".json"] })).toBe(2);
    expect(await record.listAnalysisKeys()).toEqual(["images/one/analysis/t.csv.gz"]);
  });

  it("ticket 11: an array comes back with dtype, shape and values, under one name, its axes by rank", async () => {
    const record = dataset.record("one");
    await record.saveArrayArtifact("mask", PLANE);
    expect(await record.loadArrayArtifact("mask")).toEqual(PLANE);
    expect(await record.listArrayArtifacts()).toEqual(["mask"]);
    expect((await record.arrays.open("mask")).dimensionNames).toEqual(["y", "x"]);
    const cube: NdArray<"int16"> = { dtype: "int16", shape: [6], data: PLANE.data };
    await record.saveArrayArtifact("line", cube);
    expect((await record.arrays.open("line")).dimensionNames).toEqual(["a0"]);
    await record.saveArrayArtifact("named", PLANE, { axes: ["roi", "t"] });
    expect((await record.arrays.open("named")).dimensionNames).toEqual(["roi", "t"]);
    await expect(record.loadArrayArtifact("nothing")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a dataset that is only read", () => {
  it("§10: a record that is missing is not made: it does not exist and has no axes", async () => {
    const reader = await openDataset(store, { mode: "r" });
    const ghost = reader.record("ghost");
    expect([await ghost.exists(), await ghost.getAxes()]).toEqual([false, undefined]);
    await expect(ghost.openArray()).rejects.toMatchObject({ code: "not_found" });
    await expect(ghost.attributes()).rejects.toMatchObject({ code: "not_found" });
    expect(await reader.listImageIds()).toEqual(["one"]);
  });

  it("§10: metadata that are missing are not_found", async () => {
    const reader = await openDataset(store, { mode: "r" });
    await expect(reader.record("one").loadMetadataPayload()).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("tables", () => {
  const rows = async (): Promise<readonly unknown[]> => [...rowsOf(await dataset.loadTable("t"))];

  it("§10: a table that is saved is the table that is loaded", async () => {
    const saved = [
      { image_id: "b", v: 0.1 },
      { image_id: "a", v: null },
    ];
    await dataset.saveTable("t", saved, { schema: ROWS });
    expect(await rows()).toEqual(saved);
  });

  it("§10: rows put into an empty table are exactly the new ones, and no rows remove those of the image", async () => {
    await dataset.saveTable("t", [], { schema: ROWS });
    await dataset.replaceRowsForImageId("t", "a", [{ image_id: "a", v: 1 }], { schema: ROWS });
    expect(await rows()).toEqual([{ image_id: "a", v: 1 }]);
    await dataset.replaceRowsForImageId("t", "b", [{ image_id: "b", v: 2 }], { schema: ROWS });
    await dataset.replaceRowsForImageId("t", "a", [], { schema: ROWS });
    expect(await rows()).toEqual([{ image_id: "b", v: 2 }]);
  });

  it("ticket 6: sources that were never written are none, and the table has the five columns first", async () => {
    expect(await dataset.loadSourcesIndex()).toEqual([]);
    expect(SOURCES_COLUMNS.slice(0, 5)).toEqual([
      "source_primary_path",
      "image_id",
      "source_mtime_ns",
      "source_size_bytes",
      "ingested_epoch_ns",
    ]);
    await dataset.saveSourcesIndex([]);
    const { fields } = (await dataset.loadTable("sources")).schema;
    expect(fields.map(({ name }) => name)).toEqual([...SOURCES_COLUMNS]);
  });
});
