import { readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  memoryStore,
  openDataset,
  parseStoreKey,
  type Row,
  type TableSchema,
  type ZarrDataset,
} from "@kym/zarr-store";
import { columnOf, encodeParquet, filterRows } from "@kym/zarr-store/table";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { bytesSource, readTiff } from "../../../src/tiff/index.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";
import { contentsOf } from "./export-identity.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8" },
    { name: "n", type: "int64" },
  ],
};
const rowsOf = (...ids: readonly string[]): readonly Row[] =>
  ids.map((id, n) => ({ image_id: id, n: BigInt(n) }));

describe("an export", () => {
  let dataset: ZarrDataset;
  let work = "";
  let out = "";
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-export-"));
    out = join(work, "out");
    dataset = await openDataset(memoryStore());
    for (const [index, id] of ["a", "b"].entries()) {
      const data = Uint16Array.from({ length: 12 }, (_, at) => index * 100 + at);
      await dataset.addImage({ dtype: "uint16", shape: [4, 3], data }, { id });
    }
    await dataset.saveTable("stats", rowsOf("a", "b", "b"), { schema: SCHEMA });
  });
  afterEach(() => rm(work, { recursive: true, force: true }));
  const restore = async (copy: ZarrDataset) => ingestLegacyFolder(copy, out);

  it("of a table that is a folder of parts is that of the same rows in one file, and is restored as one file", async () => {
    const store = memoryStore();
    const parted = await openDataset(store);
    await parted.saveTable("stats", rowsOf("a", "b", "b"), { schema: SCHEMA });
    const table = await parted.loadTable("stats");
    await parted.deleteTable("stats");
    for (const [index, part] of [table.slice(0, 1), table.slice(1)].entries()) {
      const key = parseStoreKey(`tables/stats/part-0000000${index}.parquet`);
      await store.put(key, await encodeParquet(part));
    }
    await parted.adopt();
    await exportLegacyFolder(dataset, out);
    const whole = await readFile(join(out, "tables", "stats.csv"), "utf8");
    await rm(out, { recursive: true });
    await exportLegacyFolder(parted, out);
    expect(await readFile(join(out, "tables", "stats.csv"), "utf8")).toBe(whole);
    const copy = await openDataset(memoryStore());
    await restore(copy);
    expect(await copy.loadTableFiles("stats")).toMatchObject([{ path: "tables/stats.parquet" }]);
    expect(await copy.loadTableBytes("stats")).toEqual(await parted.loadTableBytes("stats"));
  });

  it("writes masks and stacks for NumPy and for ImageJ", async () => {
    const record = dataset.record("a");
    await record.saveArrayArtifact("mask", { dtype: "bool", shape: [1, 3], data: Uint8Array.of(0, 1, 1) });
    await record.saveArrayArtifact("stack", {
      dtype: "float32",
      shape: [2, 1, 2],
      data: Float32Array.of(1, Number.NaN, -0.5, 4),
    });
    await exportLegacyFolder(dataset, out);
    const folder = join(out, "images/a/array_artifacts");
    expect((await readdir(folder)).sort()).toEqual(["mask.npy", "mask.tif", "stack.npy", "stack.tif"]);
    const read = async (name: string) =>
      (await readTiff(bytesSource(new Uint8Array(await readFile(join(folder, name)))))).image;
    expect(await read("mask.tif")).toMatchObject({ shape: [1, 3], data: Uint8Array.of(0, 255, 255) });
    expect(await read("stack.tif")).toMatchObject({
      shape: [2, 1, 2],
      data: Float32Array.of(1, Number.NaN, -0.5, 4),
    });
    const copy = await openDataset(memoryStore());
    await restore(copy);
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
  });

  it("leaves overviews out, and makes them again; one that an older build took for an attachment is passed over", async () => {
    const lab = await makeLabFolder({ "scan.tif": tinyTiff(5) });
    await ingestLegacyFolder(dataset, lab, { newId: () => "scan" });
    await rm(lab, { recursive: true });
    const [name = ""] = await dataset.record("scan").derived.list();
    await exportLegacyFolder(dataset, out);
    expect((await readdir(out, { recursive: true })).filter((path) => path.includes("overview"))).toEqual([]);
    const copy = await openDataset(memoryStore());
    await restore(copy);
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
    expect(await copy.record("scan").derived.list()).toEqual([name]);
    const path = join(out, "export.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    const [scan] = manifest.images.filter(({ imageId }: { imageId: string }) => imageId === "scan");
    const sha256 = "0".repeat(64);
    scan.artifacts.push({
      kind: "attachment",
      name: `~~${name}`,
      path: `images/scan/attachments/~~${name}`,
      sha256,
    });
    writeFileSync(path, JSON.stringify(manifest));
    expect(await restore(copy)).toMatchObject({ conflicts: [], failed: [], unchanged: { length: 3 } });
    const fresh = await openDataset(memoryStore());
    expect(await restore(fresh)).toMatchObject({ failed: [], ingested: { length: 3 } });
    expect(await fresh.record("scan").derived.list()).toEqual([name]);
  });

  it("of an older version, which says nothing of the pixels' attributes, comes back as it was", async () => {
    await dataset.deleteImage("a");
    const image = { dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) } as const;
    const record = await dataset.addImage(image, { id: "old", chunks: [1, 2], chunkKeySeparator: "." });
    await record.saveArrayArtifact("mask", image, { chunkKeySeparator: "." });
    await exportLegacyFolder(dataset, out);
    const path = join(out, "export.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    const old = manifest.images.find(({ imageId }: { imageId: string }) => imageId === "old");
    for (const array of [old.pixels, ...old.artifacts]) {
      expect(array).toMatchObject({ attributes: {}, chunkKeySeparator: "." });
      delete array.chunkKeySeparator;
    }
    delete old.pixels.attributes;
    writeFileSync(path, JSON.stringify(manifest));
    const copy = await openDataset(memoryStore());
    expect(await restore(copy)).toMatchObject({ failed: [], ingested: { length: 2 } });
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
    expect(await restore(copy)).toMatchObject({ conflicts: [], unchanged: { length: 2 } });
  });

  it("of an early build, whose arrays name axes of other lengths alike, comes back byte for byte", async () => {
    const array = { dtype: "uint8", shape: [3], data: Uint8Array.of(1, 2, 3) } as const;
    const [id = ""] = await dataset.listImageIds();
    const [axis = ""] = (await dataset.record(id).getAxes()) ?? [];
    await dataset.record(id).saveArrayArtifact("spectrum", array, { axes: [axis], exactAxes: true });
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    await restore(copy);
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
    expect((await copy.record(id).arrays.open("spectrum")).dimensionNames).toEqual([axis]);
  });

  it("comes back also where an image has more pages than a stranger's file may have", async () => {
    const shape = [70_000, 1, 1];
    const data = Uint8Array.from({ length: 70_000 }, (_, page) => page % 251);
    await dataset.addImage({ dtype: "uint8", shape, data }, { id: "many", chunks: shape });
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    expect(await restore(copy)).toMatchObject({ failed: [], ingested: { length: 3 } });
    expect(await copy.record("many").loadArray()).toEqual({ dtype: "uint8", shape, data });
  });

  it("does not appear if a file does not read back as it was written, and leaves nothing behind", async () => {
    const spoil = (): void => {
      const staging = readdirSync(work).find((name) => name.startsWith("out.partial-")) ?? "";
      writeFileSync(join(work, staging, "images/a/image.tif"), "not this");
    };
    await expect(exportLegacyFolder(dataset, out, { onEvent: spoil })).rejects.toMatchObject({
      code: "integrity",
    });
    expect(await readdir(work)).toEqual([]);
  });

  it("that was stopped leaves what was there as it was", async () => {
    await exportLegacyFolder(dataset, out);
    const before = await readFile(join(out, "export.json"), "utf8");
    await dataset.deleteImage("a");
    const abort = new AbortController();
    const stopped = exportLegacyFolder(dataset, out, {
      overwrite: true,
      signal: abort.signal,
      onEvent: () => abort.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    expect(await readdir(work)).toEqual([basename(out)]);
    expect(await readFile(join(out, "export.json"), "utf8")).toBe(before);
  });

  it("is gone on with where a restore was stopped before its tables", async () => {
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    await restore(copy);
    await copy.deleteTable("stats");
    const report = await restore(copy);
    expect(report.unchanged).toHaveLength(2);
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
  });

  it("is gone on with after a stop at any batch, and is whole then", async () => {
    for (let index = 0; index < 130; index++) {
      const data = Uint8Array.of(index);
      await dataset.addImage({ dtype: "uint8", shape: [1, 1], data }, { id: `more-${index}` });
    }
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    await copy.saveTable("stats", rowsOf("z"), { schema: SCHEMA });
    for (const stopAt of [1, 64, 66]) {
      const abort = new AbortController();
      const stopped = ingestLegacyFolder(copy, out, {
        signal: abort.signal,
        onEvent: (event) => event.type === "read" && event.done === stopAt && abort.abort(),
      });
      await expect(stopped).rejects.toMatchObject({ code: "aborted" });
    }
    expect((await copy.listImageIds()).length % 64).toBe(0);
    const report = await restore(copy);
    expect([report.ingested.length + report.unchanged.length, report.conflicts]).toEqual([132, []]);
    await copy.mergeTable("stats", async (table) => ({
      table: table && filterRows(table, (row) => columnOf(table, "image_id")[row] !== "z"),
      schema: SCHEMA,
    }));
    expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
  });

  it("puts its rows beside those of other images, in the commit of the images", async () => {
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    await copy.saveTable("stats", rowsOf("z"), { schema: SCHEMA });
    const { version } = copy;
    await restore(copy);
    expect(copy.version).toBe(version + 1);
    expect((await copy.loadTable("stats")).getChild("image_id")?.toJSON()).toEqual(["a", "b", "b", "z"]);
  });

  it("says which table was changed since, and which one the dataset has otherwise", async () => {
    await dataset.saveTable("notes", [{ text: "mine" }], {
      schema: { columns: [{ name: "text", type: "utf8" }] },
    });
    await exportLegacyFolder(dataset, out);
    await writeFile(join(out, "tables/stats.csv"), "image_id,n\na,7\n");
    const copy = await openDataset(memoryStore());
    await copy.saveTable("notes", [{ text: "theirs" }], {
      schema: { columns: [{ name: "text", type: "utf8" }] },
    });
    const report = await restore(copy);
    expect(report.ingested).toHaveLength(2);
    expect(report.failed).toMatchObject([
      { path: "tables/stats.csv", reason: expect.stringContaining("changed") },
    ]);
    expect(report.notes).toMatchObject([{ path: "tables/notes.csv" }]);
    expect((await copy.loadTable("notes")).getChild("text")?.toJSON()).toEqual(["theirs"]);
  });

  it("brings no rows of an image that failed or that is another one here", async () => {
    await exportLegacyFolder(dataset, out);
    await rm(join(out, "images/a/image.tif"));
    const copy = await openDataset(memoryStore());
    await copy.addImage({ dtype: "uint8", shape: [1, 1], data: Uint8Array.of(1) }, { id: "b" });
    const report = await restore(copy);
    expect([report.failed.length, report.conflicts.length, report.ingested.length]).toEqual([1, 1, 0]);
    expect((await copy.loadTable("stats")).numRows).toBe(0);
  });

  it("is unchanged where a table is the same in another container", async () => {
    const record = dataset.record("a");
    await record.saveParquet("t", rowsOf("a", "a"), { schema: SCHEMA });
    await exportLegacyFolder(dataset, out);
    const before = await record.objectHashes();
    const bytes = await encodeParquet(await record.loadParquet("t"), {
      schema: SCHEMA,
      metadata: { writer: "another" },
    });
    await record.tables.saveBytes("t", "parquet", bytes);
    expect(await record.objectHashes()).not.toEqual(before);
    expect(await restore(dataset)).toMatchObject({ unchanged: { length: 2 }, conflicts: [] });
    await record.saveParquet("t", rowsOf("a", "b"), { schema: SCHEMA });
    expect(await restore(dataset)).toMatchObject({ unchanged: { length: 1 }, conflicts: [{ imageId: "a" }] });
  });
});
