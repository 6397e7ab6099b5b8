import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fileSystem, { rm } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { replaceExports } from "../../support/replace-exports.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

/** Another program's work: by path, what it does each time after the file was read. */
const meanwhile = new Map<string, () => void>();

const openFile = fileSystem.open;
const open: typeof openFile = async (path, ...rest) => {
  const handle = await openFile(path, ...rest);
  const read = handle.read.bind(handle);
  return Object.assign(handle, {
    read: async (...args: Parameters<typeof read>) => {
      const result = await read(...args);
      meanwhile.get(String(path))?.();
      return result;
    },
  });
};
let restore = (): void => undefined;
beforeAll(() => {
  restore = replaceExports(fileSystem, { open });
});
afterAll(() => restore());

describe("a file that changes while it is read", () => {
  let folder: string;
  let dataset: ZarrDataset;
  let reads: number;
  beforeEach(async () => {
    folder = await makeLabFolder({ "a.tif": tinyTiff(1), "b.tif": tinyTiff(2), "b.qc.json": "[1]" });
    dataset = await openDataset(memoryStore());
    reads = 0;
  });
  afterEach(async () => {
    meanwhile.clear();
    await rm(folder, { recursive: true });
  });
  /** After each of the first reads of a file, another program appends to it. */
  const changeAfterReads = (name: string, times: number): void => {
    const path = join(folder, name);
    meanwhile.set(path, () => {
      if (++reads <= times) {
        appendFileSync(path, " ");
      }
    });
  };

  it("is read once more: what is stored is one state of it, whole", async () => {
    changeAfterReads("b.qc.json", 1);
    const report = await ingestLegacyFolder(dataset, folder);
    expect([report.ingested.length, report.failed, reads]).toEqual([2, [], 2]);
    const id = report.ingested.find(({ path }) => path === "b.tif")?.imageId ?? "";
    const { text } = await dataset.record(id).loadJsonText("qc");
    expect(text).toBe(readFileSync(join(folder, "b.qc.json"), "utf8"));
    expect((await refreshFromFolder(dataset, folder)).unchanged).toHaveLength(2);
  });

  it.each(["b.tif", "b.qc.json"])(
    "and again the second time (%s) fails its image alone, until it is at rest",
    async (name) => {
      changeAfterReads(name, 2);
      const report = await ingestLegacyFolder(dataset, folder);
      expect(report.failed).toEqual([
        { path: "b.tif", reason: `${name} changed during two attempts to read it` },
      ]);
      expect(report.ingested.map(({ path }) => path)).toEqual(["a.tif"]);
      expect(reads).toBe(2);
      const later = await refreshFromFolder(dataset, folder);
      expect([later.ingested.map(({ path }) => path), later.failed]).toEqual([["b.tif"], []]);
    },
  );

  it("is reported by a refresh too, and the record stays as it was", async () => {
    await ingestLegacyFolder(dataset, folder);
    const version = dataset.version;
    writeFileSync(join(folder, "b.qc.json"), "[2, 3]");
    changeAfterReads("b.qc.json", Number.POSITIVE_INFINITY);
    const report = await refreshFromFolder(dataset, folder);
    expect(report.failed).toMatchObject([
      { path: "b.tif", reason: "b.qc.json changed during two attempts to read it" },
    ]);
    expect([report.unchanged.length, dataset.version]).toEqual([1, version]);
  });

  it("or goes away between being found and being read fails its image alone", async () => {
    const path = join(folder, "b.qc.json");
    meanwhile.set(join(folder, "a.tif"), () => rmSync(path, { force: true }));
    const report = await ingestLegacyFolder(dataset, folder, { jobs: 1 });
    expect(report.failed).toEqual([{ path: "b.tif", reason: "cannot read b.qc.json: ENOENT" }]);
    expect(report.ingested.map(({ path: name }) => name)).toEqual(["a.tif"]);
  });
});
