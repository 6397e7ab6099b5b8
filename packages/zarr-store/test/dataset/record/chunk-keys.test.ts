import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type NdArray, openDataset, type ZarrDataset } from "../../../src/index.ts";
import { localStore } from "../../../src/node/index.ts";

const PLANE = { dtype: "uint8", shape: [4, 3], data: Uint8Array.from({ length: 12 }, (_, i) => i) } as const;

function line(...values: readonly number[]): NdArray {
  return { dtype: "uint8", shape: [values.length], data: Uint8Array.from(values) };
}

function scalar(value: number): NdArray {
  return { dtype: "uint8", shape: [], data: Uint8Array.of(value) };
}

describe("the keys of chunks", () => {
  let folder = "";
  let dataset: ZarrDataset;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "chunk-keys-"));
    dataset = await openDataset(localStore(folder));
  });
  afterEach(async () => {
    await dataset[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Files and folders of an image, a folder with `/` at its end. */
  async function placesOf(below: string): Promise<readonly string[]> {
    const entries = await readdir(join(folder, below), { recursive: true, withFileTypes: true });
    return entries
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + below.length + 2))
      .map((path, index) => (entries[index]?.isDirectory() === true ? `${path}/` : path))
      .sort();
  }

  async function problems(): Promise<readonly unknown[]> {
    return (await dataset.check({ level: "data" })).problems;
  }

  it("of new pixels and arrays have a folder for each axis but the last", async () => {
    const record = await dataset.addImage(PLANE, { id: "one", chunks: [2, 3] });
    await record.saveArrayArtifact("mask", line(1, 2, 3), { chunks: [2] });
    expect(await placesOf("images/one")).toEqual([
      "analysis_arrays/",
      "analysis_arrays/mask/",
      "analysis_arrays/mask/data/",
      "analysis_arrays/mask/data/c/",
      "analysis_arrays/mask/data/c/0",
      "analysis_arrays/mask/data/c/1",
      "analysis_arrays/mask/data/zarr.json",
      "analysis_arrays/mask/zarr.json",
      "analysis_arrays/zarr.json",
      "data/",
      "data/c/",
      "data/c/0/",
      "data/c/0/0",
      "data/c/1/",
      "data/c/1/0",
      "data/zarr.json",
      "zarr.json",
    ]);
    expect(await problems()).toEqual([]);
  });

  it("leave no empty folder where an array is deleted, shrinks, or goes with its image", async () => {
    const record = await dataset.addImage(PLANE, { id: "one", chunks: [2, 3] });
    await record.saveArrayArtifact("mask", PLANE, { chunks: [1, 1] });
    await record.saveArrayArtifact("mask", PLANE, { chunks: [4, 3] });
    expect(await placesOf("images/one/analysis_arrays/mask/data")).toEqual([
      "c/",
      "c/0/",
      "c/0/0",
      "zarr.json",
    ]);
    await record.arrays.delete("mask");
    expect(await placesOf("images/one")).toEqual([
      "data/",
      "data/c/",
      "data/c/0/",
      "data/c/0/0",
      "data/c/1/",
      "data/c/1/0",
      "data/zarr.json",
      "zarr.json",
    ]);
    await dataset.deleteImage("one");
    expect(await placesOf("images")).toEqual(["zarr.json"]);
    expect(await problems()).toEqual([]);
  });

  it("with dots, as older versions wrote them, are read, checked, listed and deleted", async () => {
    const old = { chunkKeySeparator: "." } as const;
    const record = await dataset.addImage(PLANE, { id: "one", chunks: [2, 3], ...old });
    await record.saveArrayArtifact("mask", line(1, 2, 3), { chunks: [2], ...old });
    const keys = [...(await record.objectHashes()).keys()];
    expect(keys).toEqual(
      expect.arrayContaining(["data/c.0.0", "data/c.1.0", "analysis_arrays/mask/data/c.1"]),
    );
    const reader = (await openDataset(localStore(folder), { mode: "r" })).record("one");
    expect(await reader.loadArray()).toEqual(PLANE);
    expect(await reader.loadRegion([{ start: 3, stop: 4 }, undefined])).toMatchObject({
      data: Uint8Array.of(9, 10, 11),
    });
    expect(await reader.loadArrayArtifact("mask")).toEqual(line(1, 2, 3));
    expect(await reader.listArrayArtifacts()).toEqual(["mask"]);
    expect(await problems()).toEqual([]);
    expect(await record.arrays.delete("mask")).toBe(true);
    expect(await placesOf("images/one")).toEqual([
      "data/",
      "data/c.0.0",
      "data/c.1.0",
      "data/zarr.json",
      "zarr.json",
    ]);
  });

  it.each([".", "/"] as const)(
    "with %s between the numbers are damaged, and not adopted, where another program changed a chunk",
    async (chunkKeySeparator) => {
      const record = await dataset.addImage(PLANE, { id: "one", chunkKeySeparator });
      await record.saveArrayArtifact("mask", PLANE, { chunkKeySeparator });
      const chunk = ["c", "0", "0"].join(chunkKeySeparator);
      const paths = ["images/one/analysis_arrays/mask/data", "images/one/data"].map(
        (data) => `${data}/${chunk}`,
      );
      for (const path of paths) {
        await writeFile(join(folder, path), "other");
      }
      expect(await problems()).toMatchObject(
        paths.map((path) => ({ kind: "damaged", path, remedy: "restore" })),
      );
      const { adopted, refused } = await dataset.adopt();
      expect([adopted, refused.map(({ path }) => path).sort()]).toEqual([[], paths]);
    },
  );

  it("become those of today where an array with dots is replaced", async () => {
    const record = await dataset.addImage(PLANE, { id: "one" });
    await record.saveArrayArtifact("mask", line(1, 2, 3), { chunkKeySeparator: "." });
    await record.saveArrayArtifact("mask", line(4, 5, 6));
    expect(await placesOf("images/one/analysis_arrays/mask/data")).toEqual(["c/", "c/0", "zarr.json"]);
    expect(await record.loadArrayArtifact("mask")).toEqual(line(4, 5, 6));
    expect(await problems()).toEqual([]);
  });

  it("never make a file and a folder of one name, whatever number of axes replaces another", async () => {
    const record = await dataset.addImage(PLANE, { id: "one" });
    const arrays = [scalar(1), line(2, 3), scalar(4), PLANE, line(5), scalar(6)];
    for (const separator of ["/", ".", "/"] as const) {
      for (const array of arrays) {
        await record.saveArrayArtifact("mask", array, { chunkKeySeparator: separator });
        expect(await record.loadArrayArtifact("mask")).toEqual(array);
        expect(await problems()).toEqual([]);
      }
    }
    await record.saveArrayArtifact("mask", scalar(7));
    expect(await placesOf("images/one/analysis_arrays/mask/data")).toEqual(["0", "zarr.json"]);
  });
});
