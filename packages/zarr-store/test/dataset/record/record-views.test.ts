/** The views of a record and of a dataset, where they do more than their methods of longer names. */
import { expect, test } from "vitest";
import {
  memoryStore,
  openDataset,
  rowsOf,
  type TableSchema,
  type ZarrDataset,
  type ZarrImageRecord,
} from "../../../src/index.ts";

const SCHEMA: TableSchema = { columns: [{ name: "v", type: "int64" }] };

async function newDataset(): Promise<{ readonly dataset: ZarrDataset; readonly record: ZarrImageRecord }> {
  const dataset = await openDataset(memoryStore());
  const image = { dtype: "uint8", shape: [2, 3], data: new Uint8Array(6) } as const;
  return { dataset, record: await dataset.addImage(image, { id: "one" }) };
}

async function newRecord(): Promise<ZarrImageRecord> {
  return (await newDataset()).record;
}

test("a table is loaded in the format that it is there in, and in Parquet where it is there in both", async () => {
  const { tables } = await newRecord();
  await tables.save("t", [{ v: 1n }], { schema: SCHEMA, format: "csv.gz" });
  expect([...rowsOf(await tables.load("t"))]).toEqual([{ v: 1n }]);
  expect(await tables.list()).toEqual(["t"]);
  expect(await tables.list({ format: "parquet" })).toEqual([]);
  await tables.save("t", [{ v: 2n }], { schema: SCHEMA });
  expect([...rowsOf(await tables.load("t"))]).toEqual([{ v: 2n }]);
  expect([...rowsOf(await tables.load("t", { format: "csv.gz" }))]).toEqual([{ v: 1n }]);
  expect(await tables.list()).toEqual(["t"]);
});

test("a table that is there in neither format is not_found, and a damaged Parquet file does not become the CSV beside it", async () => {
  const { tables, files } = await newRecord();
  await expect(tables.load("t")).rejects.toMatchObject({ code: "not_found" });
  await tables.save("t", [{ v: 1n }], { schema: SCHEMA, format: "csv.gz" });
  await files.save("analysis/t.parquet", new Uint8Array([1, 2, 3]));
  await expect(tables.load("t")).rejects.toMatchObject({ code: "invalid_file" });
});

test("the methods of longer names do what the views do", async () => {
  const record = await newRecord();
  expect(await record.saveJson("a", { b: 1 })).toBe(await record.json.save("a", { b: 1 }));
  expect(await record.json.list()).toEqual(["a"]);
  expect(await record.getImageBounds()).toEqual(await record.pixels.bounds());
  expect(await record.getAxes()).toEqual(await record.pixels.axes());
  await record.saveMetadataPayload({ x: 1 });
  expect(await record.json.load("metadata")).toEqual({ x: 1 });
  await record.saveCsvGz("t", [{ v: 1n }], { schema: SCHEMA });
  await expect(record.loadParquet("t")).rejects.toMatchObject({ code: "not_found" });
});

test("within a transaction, the views of a record see what was staged, and write to it", async () => {
  const dataset = await openDataset(memoryStore());
  await dataset.addImage({ dtype: "uint8", shape: [2, 3], data: new Uint8Array(6) }, { id: "one" });
  const { version } = await dataset.transaction(async (contents) => {
    const { json, files } = contents.record("one");
    await json.save("a", 1);
    expect(await json.list()).toEqual(["a"]);
    await json.save("b", 2);
    expect(await files.listAnalysis()).toHaveLength(2);
  });
  expect(version).toBe(2);
  expect(await dataset.record("one").json.list()).toEqual(["a", "b"]);
});

test("a dataset's manifest and its upkeep are views as well", async () => {
  const dataset = await openDataset(memoryStore());
  await dataset.addImage({ dtype: "uint8", shape: [2, 3], data: new Uint8Array(6) }, { id: "one" });
  expect(await dataset.manifest.load()).toBeUndefined();
  const manifest = await dataset.manifest.update();
  expect(await dataset.loadManifest()).toEqual(manifest);
  expect((await dataset.upkeep.check()).problems).toEqual([]);
  await dataset.upkeep.validate();
  await expect(dataset.upkeep.validateImage("two")).rejects.toMatchObject({ code: "not_found" });
});

test("an array is put back byte for byte, with the groups above it, in the place of another one", async () => {
  const { dataset, record } = await newDataset();
  const array = { dtype: "uint16", shape: [2, 2], data: new Uint16Array([1, 2, 3, 4]) } as const;
  await record.arrays.save("masks/1", array, { axes: ["a", "b"], attributes: { by: "hand" } });
  const before = await record.objectHashes();
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const key of before.keys()) {
    if (key.startsWith("analysis_arrays/masks/1/data/")) {
      kept.set(key, (await dataset.exact.load(`images/one/${key}`)) ?? new Uint8Array());
    }
  }
  expect(kept.size).toBe(2);
  await record.arrays.delete("masks/1");
  await record.arrays.putBack("masks/1", kept);
  expect(await record.objectHashes()).toEqual(before);
  await record.arrays.save(
    "masks/1",
    { dtype: "uint8", shape: [3, 3], data: new Uint8Array(9) },
    { chunks: [1, 1] },
  );
  await record.arrays.putBack("masks/1", kept);
  expect(await record.objectHashes()).toEqual(before);
  for (const key of ["analysis_arrays/masks/2/data/c/0", "analysis/a.json", "data/c/0/0", "zarr.json"]) {
    await expect(record.arrays.putBack("masks/1", new Map([[key, new Uint8Array()]]))).rejects.toMatchObject({
      code: "invalid_name",
    });
  }
});
